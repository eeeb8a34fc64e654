# ruff: noqa: F401  # the modules are wanted in memory, not by name
"""Imports what the tasks of `aviary_daily` use, and reads what they all read, for the processes that inherit it."""

from contextlib import suppress

import airflow.providers.standard.decorators.python
import airflow.providers.standard.operators.python

import dags.connections
import dags.messages
import dags.metrics
import dags.retries
import pipeline.account
import pipeline.plan
import pipeline.report
import pipeline.spend.reconcile
import pipeline.verdict
import reports.publish
from pipeline.errors import ConfigError
from pipeline.lake.catalogue import find_kind
from pipeline.lake.session import load_client
from pipeline.sentiment.french import french_lexicon
from pipeline.sentiment.lexicon import vocabulary
from pipeline.transform.contract import rules
from pipeline.transform.maker import maker

load_client()
find_kind("")  # compiles the form of every kind's keys
rules()
vocabulary()
french_lexicon()
maker()
with suppress(ConfigError):  # of accounts.yaml, which the UI shows as the DAG file's import error
    import dags.aviary_daily
