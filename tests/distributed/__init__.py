"""Airflow on two Celery workers, with real Redis and PostgreSQL: `make test-distributed`."""
