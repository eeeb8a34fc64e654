"""The Airflow DAG: wiring only."""
