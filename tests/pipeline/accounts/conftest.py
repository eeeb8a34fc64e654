"""Texts as accounts.yaml."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.accounts.file import load_accounts
from pipeline.accounts.model import AccountsConfig
from pipeline.errors import ConfigError


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | bytes], AccountsConfig]:
    """Load a text or bytes as accounts.yaml of the working directory."""

    def load(content: str | bytes) -> AccountsConfig:
        monkeypatch.chdir(tmp_path)
        Path("accounts.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
        return load_accounts(Path("accounts.yaml"))

    return load


@pytest.fixture
def problems(load: Any) -> Callable[[str | bytes], list[str]]:
    """Load a text or bytes that is wrong; return the problems."""

    def problems(content: str | bytes) -> list[str]:
        with pytest.raises(ConfigError) as refused:
            load(content)
        assert refused.value.exit_code == 2
        return list(refused.value.problems)

    return problems
