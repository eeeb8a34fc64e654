"""`./aviary sql`: a query, what is piped in, or a prompt; a mistake is one line."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from tests.pipeline.given import DAY, stored_posts

Sql = Callable[..., tuple[int, str, str]]


class Terminal(io.StringIO):
    """An input where somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def sql(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sql:
    """Run the command with arguments and an input; return its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: io.StringIO | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pipeline", "sql", *arguments])
        monkeypatch.setattr(sys, "stdin", stdin or io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, out, err

    return run


def test_a_query_prints_a_table_with_all_its_rows(sql: Sql, lake: Lake) -> None:
    put_frame(lake, keys.posts(DAY, "1729"), stored_posts(*({"account": "1729"} for _ in range(60))))

    code, out, err = sql("SELECT day, account, post_id FROM posts ORDER BY post_id::INT")

    assert (code, err) == (0, "")
    assert "│ 2026-11-22 │ 1729    │ 1       │" in out
    assert out.count("│ 2026-11-22 │ 1729    │") == 60


def test_a_terminal_without_lines_gets_a_table_of_plain_characters(
    sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.BytesIO()
    plain = io.TextIOWrapper(shown, encoding="ascii", errors="strict", write_through=True)
    monkeypatch.setattr(plain, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdout", plain)
    code, _, err = sql("SELECT 17 AS seventeen")
    assert (code, err) == (0, "")
    assert "| seventeen |" in shown.getvalue().decode()


def test_what_is_piped_in_is_run_statement_by_statement(sql: Sql) -> None:
    code, out, _ = sql(stdin=io.StringIO("CREATE TEMP TABLE t AS SELECT 'a;b' AS x; FROM t; SELECT 17 AS y"))
    assert code == 0
    assert "a;b" in out
    assert "17" in out


def test_json_is_one_object_a_row(sql: Sql, lake: Lake) -> None:
    put_frame(lake, keys.posts(DAY, "1729"), stored_posts({"account": "1729", "hashtags": ["ä"]}, {}))

    _, out, _ = sql("--json", "SELECT day, account, like_count, hashtags FROM posts ORDER BY post_id")

    assert json.loads(out.splitlines()[0]) == {
        "day": "2026-11-22",
        "account": "1729",
        "like_count": 0,
        "hashtags": ["ä"],
    }


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("SELEC 1", 2, 'syntax error at or near "SELEC"'),
        ("SELECT like_cnt FROM posts", 2, 'Referenced column "like_cnt" not found'),
        ("FROM post", 2, 'Did you mean "posts"?'),
        ("SELECT 'a'::INT", 1, "Could not convert string 'a' to INT32"),
        ("FROM read_parquet('s3://lake/none.parquet')", 1, "404"),
        ("FROM read_parquet('az://lake/none.parquet')", 1, "azure"),
    ],
)
def test_a_mistake_is_one_line(sql: Sql, query: str, code: int, said: str) -> None:
    ended, out, err = sql(query)
    assert (ended, out, len(err.splitlines())) == (code, "", 1)
    assert said in err


@pytest.mark.parametrize("style", [(), ("--json",)])
def test_hostile_text_does_nothing_to_a_terminal(sql: Sql, lake: Lake, style: tuple[str, ...]) -> None:
    hostile = "\x1b[31mred\x1b]0;title\x07\r\x9b2J\u202eright to left\u2066"
    put_frame(lake, keys.posts(DAY, "nasa"), stored_posts({"text": hostile}))

    _, out, _ = sql(*style, "SELECT text FROM posts")

    assert "right to left" in out
    assert all(character.isprintable() for character in out.replace("\n", ""))


def test_the_prompt_says_what_there_is_and_survives_mistakes(
    sql: Sql, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str | type[BaseException]] = [
        "SELECT 17 +", "25 AS answer;", "SELEC 1;", KeyboardInterrupt, "SELECT 43 AS after;", EOFError,
    ]  # fmt: skip
    typed = iter(lines)

    def answer(prompt: str) -> str:
        line = next(typed)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr("builtins.input", answer)

    code, out, err = sql(stdin=Terminal())

    assert code == 0
    for word in ("posts", "daily", "accounts", "latest_metrics", "for example: SELECT", "42", "43"):
        assert word in out
    assert err.count("\n") == 1
    assert "SELEC" in err
