# ruff: noqa: F401  # the modules are wanted in memory, not by name
"""Imports what the tasks of `aviary_daily` use, and reads what they all read, for the processes that inherit it."""

from contextlib import suppress

import airflow.providers.standard.decorators.python
import airflow.providers.standard.operators.python

import dags.connections
import dags.messages
import dags.retries
import pipeline.account
import pipeline.plan
import pipeline.report
import pipeline.spend.reconcile
import pipeline.verdict
import reports.publish
from pipeline.accounts import load_accounts
from pipeline.errors import ConfigError
from pipeline.lake.session import load_models
from pipeline.settings import load_settings

load_models()
with suppress(ConfigError):  # the DAG file itself tells what is wrong with accounts.yaml
    load_accounts(load_settings().accounts_path)
