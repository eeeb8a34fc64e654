"""The work: everything between accounts.yaml and the lake, importable without Airflow."""
