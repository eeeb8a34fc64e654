"""Everything between accounts.yaml and the lake, importable without Airflow."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.cli.day import run_day

__all__ = ["run_day"]


def __getattr__(name: str) -> Any:
    # Every Airflow task imports this package; only callers of run_day should pay for all stages.
    if name == "run_day":
        from pipeline.cli.day import run_day  # noqa: PLC0415

        return run_day
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
