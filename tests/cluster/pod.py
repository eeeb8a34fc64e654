"""Prints the pod that KubernetesExecutor makes of a template; runs in .venv-celery, which has the executor.

python pod.py TEMPLATE
"""

import json
import sys
from datetime import UTC, datetime

from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator  # type: ignore[import-not-found,unused-ignore]
from kubernetes.client import ApiClient  # type: ignore[import-not-found,unused-ignore]

pod = PodGenerator.construct_pod(
    dag_id="aviary_daily",
    task_id="account",
    pod_id="aviary-daily-account-nasa",
    try_number=1,
    kube_image="registry.example.org/aviary:1",
    date=datetime(2026, 11, 22, tzinfo=UTC),
    args=["python", "-m", "airflow.sdk.execution_time.execute_workload", "--json-string", "{}"],
    pod_override_object=None,
    base_worker_pod=PodGenerator.deserialize_model_file(sys.argv[1]),
    namespace="aviary",
    scheduler_job_id="1",
    run_id="scheduled__2026-11-22",
    map_index=3,
)
print(json.dumps(ApiClient().sanitize_for_serialization(pod)))  # noqa: T201  what it is for
