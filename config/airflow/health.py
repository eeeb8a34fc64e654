"""Tells whether a service is healthy, for container engines: exits 0 when the API server says so, else 1.

python -P config/airflow/health.py scheduler        or dag_processor, or metadatabase: the API server and its database
"""

import json
import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urljoin

ADDRESS = urljoin(os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"], "/api/v2/monitor/health")


def status(service: str) -> str:
    """Return what the API server says of a service, or why it says nothing."""
    try:
        with urllib.request.urlopen(ADDRESS, timeout=5) as answer:  # noqa: S310  our own address
            return str(json.load(answer).get(service, {}).get("status") or "not running")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"{ADDRESS} did not answer: {error}"


if len(sys.argv) != 2:
    sys.exit(__doc__)
if (found := status(sys.argv[1])) != "healthy":
    sys.exit(f"{sys.argv[1]}: {found}")
