"""Airflow's task state store, in memory."""

from typing import Any


class Store(dict[str, Any]):
    """Airflow's task state store, as far as the policy uses it."""

    def set(self, key: str, value: Any) -> None:
        self[key] = value
