"""Tells CloudWatch whether the report that is due is there: the metric ReportIsThere, 1 or 0.

Its exit code is that of `check --fresh`.
"""

import os
import subprocess
import sys

import boto3


def main() -> None:
    """Look for the report, and send the metric however that ended."""
    command = [sys.executable, "-m", "pipeline", "check", "--fresh"]
    code = subprocess.run(command, check=False).returncode  # noqa: S603  our own command
    boto3.client("cloudwatch").put_metric_data(
        Namespace="Aviary",
        MetricData=[
            {
                "MetricName": "ReportIsThere",
                "Dimensions": [{"Name": "Lake", "Value": os.environ["AVIARY_LAKE"]}],
                "Value": float(code == 0),
            }
        ],
    )
    sys.exit(code)


if __name__ == "__main__":
    main()
