"""How Airflow opens its SQLite database. Airflow imports these by name; see `airflow_environment`.

Scheduler, API server, DAG processor and commands write to one file. SQLite's own patience of five seconds is
too short when a backfill is created beside a run: "database is locked" ended the scheduler.
"""

_BUSY_SECONDS = 60

# Two, because Airflow adds to the first what aiosqlite does not take.
CONNECT_ARGS = {"timeout": _BUSY_SECONDS}
CONNECT_ARGS_ASYNC = {"timeout": _BUSY_SECONDS}
