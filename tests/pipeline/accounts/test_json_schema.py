"""The JSON Schema, the model, the shipped file and the documentation say the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from pipeline.accounts.file import load_accounts, parse_accounts
from pipeline.accounts.json_schema import SCHEMA_FILE, schema, schema_text
from pipeline.accounts.model import AccountsConfig
from pipeline.errors import ConfigError
from tests.pipeline.accounts.texts import ROOT, configuration, damaged

VALIDATOR = Draft202012Validator(schema())


def read_as_an_editor_does(text: str) -> object:
    """Return YAML 1.2's own reading, where 007 is a number."""
    return YAML(typ="safe", pure=True).load(text)


def test_the_schema_on_disk_is_the_model_s() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: make schema"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_shipped_file_names_the_schema_and_obeys_it() -> None:
    text = (ROOT / "accounts.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=config/accounts.schema.json\n")
    VALIDATOR.validate(read_as_an_editor_does(text))


@settings(deadline=None)
@given(configuration)
def test_what_loads_is_never_flagged_in_an_editor(written: Any) -> None:
    VALIDATOR.validate(written)
    VALIDATOR.validate(AccountsConfig.model_validate(written).model_dump(mode="json", exclude_none=True))


@settings(deadline=None)
@given(damaged())
def test_a_damaged_file_that_still_loads_is_never_flagged_in_an_editor(text: Any) -> None:
    config, _ = parse_accounts(text.encode())
    if config is not None:
        VALIDATOR.validate(read_as_an_editor_does(text))


@pytest.mark.parametrize("handle", ["007", "1e5", "0x1F", "yes", "true", "null", "1729", "1_000", "nasa"])
def test_a_handle_that_looks_like_something_else_is_not_flagged(handle: Any) -> None:
    VALIDATOR.validate(read_as_an_editor_does(f"accounts: [{handle}, {{handle: {handle}}}]"))


@pytest.mark.parametrize(
    "text",
    [
        "timezone: UTC",
        "accounts: []",
        "accounts: nasa",
        "accounts: ['@nasa']",
        "accounts: [https://x.com/nasa]",
        "accounts: [abcdefghijklmnop]",
        "accounts: [-5]",
        "accounts: [{group: x}]",
        "accounts: [{handle: a, grup: x}]",
        "accounts: [{handle: a, group: }]",
        "accounts: [{handle: a, include: []}]",
        "accounts: [{handle: a, include: [post]}]",
        "accounts: [{handle: a, include: [posts, posts]}]",
        "accounts: [{handle: a, max_posts: 0}]",
        "accounts: [{handle: a, max_posts: '5'}]",
        "accounts: [{handle: a, id: x}]",
        "accounts: [{handle: a, no_tone: War Zone}]",
        "accounts: [{handle: a, no_tone: [[War Zone]]}]",
        "accounts: [{handle: a, no_tone: ['']}]",
        f"accounts: [{{handle: a, no_tone: [{61 * 'x'}]}}]",
        f"accounts: [{{handle: a, no_tone: [{501 * 'x,'}]}}]",
        "{accounts: [a], timezon: UTC}",
        "{accounts: [a], profile_days: }",
        "{accounts: [a], collect_at: 6:00}",
        "{accounts: [a], budget: {usd_per_run: 0}}",
        "{accounts: [a], budget: {usd_per_run: '5'}}",
        "{accounts: [a], tolerate: {failed_accounts: 0.2}}",
        "{accounts: [a], tolerate: {failed_accounts: 101%}}",
        "{accounts: [a], retention: 5}",
        "{accounts: [a], notify: [5]}",
        "{accounts: [a], notify: ['mailto:a@b,c@d']}",
        "{accounts: [a], notify: ['slack://token']}",
    ],
)
def test_an_editor_flags_what_the_loader_refuses(text: Any) -> None:
    assert parse_accounts(text.encode())[0] is None
    assert not VALIDATOR.is_valid(read_as_an_editor_does(text))


def keys(part: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """Return every key of a schema that has a value of its own, by its path as docs/accounts.md writes it."""
    if "$ref" in part:
        part = schema()["$defs"][part["$ref"].rpartition("/")[2]]
    found = {}
    for name, below in part.get("properties", {}).items():
        if "$ref" not in below:
            found[path + name] = below
        found |= keys(below.get("items", below), f"{path}{name}{'[]' if 'items' in below else ''}.")
    for choice in part.get("anyOf", []):
        found |= keys(choice, path)
    return found


def test_every_key_helps_whoever_types_it() -> None:
    assert len(keys(schema())) == 25
    assert all(part["description"] for part in keys(schema()).values())


# The documentation.

DOCUMENT = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")


def test_every_key_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (?:`([^`]*)`)? ?\|", DOCUMENT, re.MULTILINE)
    documented = {key: default for key, default in rows if not default.startswith("defaults.")}
    inherited = {key: default for key, default in rows if default.startswith("defaults.")}
    expected = {
        key: json.dumps(part["default"]).replace('"', "").replace("06:00", '"06:00"')
        if "default" in part
        else ""
        for key, part in keys(schema()).items()
    }
    assert all(default == key.replace("accounts[]", "defaults") for key, default in inherited.items())
    assert {**expected, **inherited} == {**documented, **inherited}


def test_every_limit_is_documented() -> None:
    for key, part in keys(schema()).items():
        if part.get("type") == "integer" and not key.startswith("accounts"):
            assert re.search(
                rf"^\| `{key}` \| `\d+` \| {part['minimum']} to {part['maximum']} \|", DOCUMENT, re.M
            ), key


def test_the_documented_problems_are_what_the_documented_file_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minimal, wrong = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    (told,) = re.findall(r"```text\n(.*?)```", DOCUMENT, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("accounts.yaml").write_text(minimal, encoding="utf-8")
    assert load_accounts(Path("accounts.yaml"))
    Path("accounts.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_accounts(Path("accounts.yaml"))
    assert str(refused.value) == told.rstrip("\n")
