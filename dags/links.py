"""The link from a run's task `report` to its page, which the plugin `aviary_reports` serves inside Airflow."""

from typing import Any

from airflow.sdk import BaseOperatorLink
from typing_extensions import override

from dags.run_day import day_of
from pipeline.lake import keys


class ReportLink(BaseOperatorLink):
    """Leads to the page of the run's day; relative, because Airflow may be served below a folder."""

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone

    @property
    @override
    def name(self) -> str:
        return "Report"

    @override
    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        # Airflow calls this when the task has ended, with the task instance itself.
        return f"aviary/{keys.report(day_of(ti_key.get_template_context(), self.timezone))}"
