"""Prepares Airflow's database: several commands of Airflow's in one process, because each takes three seconds to start.

Usage: python config/airflow/prepare.py POOLS_FILE
"""

import sys

from airflow.__main__ import main

for command in (["db", "migrate"], ["pools", "import", sys.argv[1]]):
    sys.argv = ["airflow", *command]
    main()
