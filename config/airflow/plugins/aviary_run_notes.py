"""The note of each run of `aviary_daily`: its day, and what the form asked for. Only a listener can write it."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin
from aviary_timetable import LocalDayTimetable
from pluggy import HookimplMarker

from pipeline import clock
from pipeline.errors import ConfigError
from pipeline.text import one_line
from pipeline.window import run_day_of

hookimpl = HookimplMarker("airflow")
_NAMED = 5  # accounts


class RunNotes:
    """Writes the note when the scheduler starts a run; what a person wrote there follows it."""

    @hookimpl
    def on_dag_run_running(self, dag_run: Any) -> None:
        """Put what the run is for at the head of its note, once."""
        timetable = dag_run.get_dag().timetable
        # By its name: Airflow and the DAG file may have loaded the module twice.
        if type(timetable).__qualname__ != LocalDayTimetable.__qualname__:
            return
        said, theirs = run_note(dag_run, timetable.timezone), dag_run.note or ""
        if not theirs.startswith(said):
            dag_run.note = f"{said}\n\n{theirs}".rstrip()


def run_note(dag_run: Any, timezone: str) -> str:
    """Return what a run is for, such as "2026-11-22, only @nasa"; empty when the form names no day: `plan` says so."""
    asked = dag_run.conf or {}
    triggered = min(dag_run.run_after, clock.now())
    try:
        day = run_day_of(asked.get("day"), dag_run.data_interval_start, timezone, triggered)
    except ConfigError:
        return ""
    handles = [f"@{one_line(str(name), 20).removeprefix('@')}" for name in asked.get("accounts") or ()]
    more = f" and {len(handles) - _NAMED} more" if len(handles) > _NAMED else ""
    parts = [
        str(day),
        f"only {', '.join(handles[:_NAMED])}{more}" if handles else "",
        "read from X again" if asked.get("refetch") else "",
        "only rendered" if asked.get("render_only") else "",
    ]
    return ", ".join(filter(None, parts))


class AviaryRunNotes(AirflowPlugin):
    """Registers the listener."""

    name = "aviary_run_notes"
    listeners = [RunNotes()]  # noqa: RUF012  # declared by Airflow without ClassVar
