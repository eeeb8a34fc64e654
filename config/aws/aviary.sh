#!/bin/bash
# `aviary` on the machine: Aviary's and Airflow's commands with the services' settings and secrets, as their user; by root:
#
#   aviary check --live
#   aviary airflow dags unpause aviary_daily
set -euo pipefail
release=$(readlink -f /opt/aviary/current)
set -a
. "$release/config/airflow/airflow.env"
. "$release/config/aws/instance.env"
. /etc/aviary/generated.env
. /etc/aviary/environment
[ ! -e /run/aviary/secret.env ] || . /run/aviary/secret.env
PYTHONPATH=$release
AIRFLOW__CORE__PLUGINS_FOLDER=$release/config/airflow/plugins
AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST='[{"name": "aviary",
    "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {"path": "'$release'"}}]'
set +a
cd /var/lib/aviary
module=pipeline
if [ "${1:-}" = airflow ]; then module=airflow; shift; fi
exec runuser -u aviary -- "$release/.venv/bin/python" -m $module "$@"
