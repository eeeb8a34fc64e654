"""Airflow and the demo on this machine: what `make up`, `make down` and `make demo` run."""
