"""Settings are checked before anything starts, and a secret is never shown."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.settings import ROOT, is_loopback, load_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("X_BEARER_TOKEN", "X_API_URL", "AVIARY_LAKE", "AVIARY_ACCOUNTS", "AVIARY_REPORTS_URL"):
        monkeypatch.setenv(name, "")  # so that what `.env` sets is undone at the end
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_settings_it_is_the_real_x_and_no_sample() -> None:
    settings = load_settings()
    assert (settings.x_api_url, settings.sample) == ("https://api.x.com", False)
    with pytest.raises(ConfigError, match="X_BEARER_TOKEN is not set"):
        settings.token()
    with pytest.raises(ConfigError, match="AVIARY_LAKE is not set"):
        settings.lake_url()


def test_a_variable_set_to_nothing_is_one_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("X_BEARER_TOKEN", "X_API_URL", "AVIARY_LAKE", "AVIARY_ACCOUNTS"):
        monkeypatch.setenv(name, "")
    assert load_settings().x_api_url == "https://api.x.com"


def test_the_environment_goes_before_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("X_BEARER_TOKEN=from-file\nAVIARY_LAKE=s3://from-file\n")
    monkeypatch.setenv("AVIARY_LAKE", "s3://from-environment")
    settings = load_settings()
    assert (settings.token(), settings.lake_url()) == ("from-file", "s3://from-environment")


def test_another_env_file_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AVIARY_LAKE=s3://here\n")
    (tmp_path / "other").write_text("AVIARY_LAKE=s3://named\n")
    monkeypatch.setenv("AVIARY_ENV_FILE", str(tmp_path / "other"))
    assert load_settings().lake_url() == "s3://named"


def test_the_accounts_file_is_the_one_named_else_here_else_the_products(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load_settings().accounts_path == ROOT / "accounts.yaml"
    (tmp_path / "accounts.yaml").touch()
    assert load_settings().accounts_path == Path("accounts.yaml")
    monkeypatch.setenv("AVIARY_ACCOUNTS", "/elsewhere.yaml")
    assert load_settings().accounts_path == Path("/elsewhere.yaml")


@pytest.mark.parametrize("token", ["two words", "tab\there", "ümlaut", "line\nbreak"])
def test_what_cannot_be_a_token_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", token)
    with pytest.raises(ConfigError, match="characters that no token has") as caught:
        load_settings().token()
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://api.x.com", "ftp://x", "api.x.com", "http://127.0.0.1.evil.example", "http://[bad"]
)
def test_a_token_does_not_travel_in_the_clear(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "a-token")
    monkeypatch.setenv("X_API_URL", url)
    with pytest.raises(ConfigError, match="would send the token in the clear"):
        load_settings().token()


def test_settings_do_not_show_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "a-secret-token")
    assert (
        "a-secret-token" not in f"{load_settings()!r} {load_settings()} {load_settings().model_dump_json()}"
    )


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("https://127.9.9.9", True),
        ("https://api.x.com", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1@evil.example", False),
        ("http://10.0.0.1", False),
        ("http://[bad", False),
        ("", False),
    ],
)
def test_this_machine_is_told_from_every_other(url: str, here: bool) -> None:
    assert is_loopback(url) == here


def test_where_reports_are_served_is_an_address_or_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "reports/2026-11-22/index.html"
    assert load_settings().report_url(page) is None
    for served in ("https://reports.example.org", "https://reports.example.org/"):
        monkeypatch.setenv("AVIARY_REPORTS_URL", served)
        assert load_settings().report_url(page) == "https://reports.example.org/2026-11-22/index.html"
    monkeypatch.setenv("AVIARY_REPORTS_URL", "javascript:alert(1)")
    with pytest.raises(
        ConfigError, match="AVIARY_REPORTS_URL='javascript:alert\\(1\\)' is not a web address"
    ):
        load_settings().report_url(page)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("X_BEARER_TOKEN=a\n".encode("utf-16"), ".env is UTF-16, as some editors on Windows write; save it"),
        ("X_BEARER_TOKEN=a\n".encode("utf-16-be"), ".env is UTF-16"),
        ("A=1\n# für später\n".encode("latin-1"), ".env:2: not UTF-8; save the file again as UTF-8"),
    ],
)
def test_an_env_file_that_is_not_utf_8_is_named_with_the_cause(
    body: bytes, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert str(caught.value).startswith(said)


def test_an_env_file_may_begin_with_a_byte_order_mark(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("X_BEARER_TOKEN", raising=False)
    (tmp_path / ".env").write_bytes("X_BEARER_TOKEN=abc\n".encode("utf-8-sig"))
    try:
        assert load_settings().token() == "abc"
    finally:
        monkeypatch.delenv("X_BEARER_TOKEN", raising=False)


@pytest.mark.parametrize("token", ['"abc"', "'abc'", "\u201cabc\u201d", '"abc'])
def test_quotes_around_a_token_are_named_and_the_token_is_not(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", token)
    with pytest.raises(ConfigError, match="X_BEARER_TOKEN has quotes around it") as caught:
        load_settings().token()
    assert "abc" not in str(caught.value)
