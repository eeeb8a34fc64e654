"""`explain` says which words decided a score, and why there is none where there is none."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.erasure import register
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame, put_frame
from pipeline.lake.no_tone import freeze_no_tone
from pipeline.lake.records import ErasureRecord, Plan
from pipeline.schema import POSTS, SCORERS
from pipeline.sentiment import score_posts
from pipeline.x_api.snowflakes import first_id_at
from tests.old_lakes import put_old_lake
from tests.old_lakes.make import OLD_DAY
from tests.pipeline.given import DAY, stored_posts

WRITTEN = datetime(2026, 11, 22, 7, 18, tzinfo=UTC)
POST = str(first_id_at(WRITTEN))
DOCS = Path(__file__).parents[3] / "docs" / "sentiment.md"
LINK = f"https://x.com/nasa/status/{POST}"


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's .env is read."""
    monkeypatch.chdir(tmp_path)


class Explain:
    """`./aviary explain` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit code, stdout and stderr."""
        self._monkeypatch.setattr(sys, "argv", ["pipeline", "explain", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, out, err

    def out(self, *arguments: str) -> str:
        """Return what it prints when it succeeds, with single spaces."""
        code, out, err = self(*arguments)
        assert (code, err) == (0, "")
        return "\n".join(" ".join(line.split()) for line in out.splitlines())


@pytest.fixture
def explain(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Explain:
    return Explain(monkeypatch, capsys)


def store(lake: Lake, text: str, lang: str | None = "en", **changes: Any) -> None:
    """Store a post of @nasa as `analyze` would."""
    row = stored_posts({"post_id": POST, "created_at": WRITTEN, "text": text, "lang": lang})
    scores = score_posts(row["text"], row["lang"]).row(0, named=True)
    put_frame(lake, keys.posts_daily(DAY), stored_posts({**row.row(0, named=True), **scores, **changes}))


TEXT = "@bob This is VERY good, but not great!! ❤\ufe0f https://t.co/abc"


def test_a_text_is_shown_word_by_word_up_to_its_tone(explain: Explain) -> None:
    assert explain.out("--text", TEXT).splitlines() == [
        "written: @bob This is VERY good, but not great!! ❤️ https://t.co/abc",
        "cleaned: This is VERY good, but not great!! ❤",
        "removed: https://t.co/abc, @bob, 1 emoji modifier",
        "scored by: VADER, as English",
        "",
        "word valence changed by adds",
        'good +1.9 "VERY" strengthens it to +2.926 +1.463',
        '"but" weakens it to +1.463',
        'great +3.1 "not" turns it to -2.294 -3.441',
        '"but" strengthens it to -3.441',
        '❤ (heart) +3.2 "not" turns it to -2.368 -3.552',
        '"but" strengthens it to -3.552',
        "2 x ! -0.584",
        "total -6.114",
        "",
        "compound -0.8448 = total / sqrt(total * total + 15): negative, because it is -0.05 or less",
        "shares of the text: neg 0.531, neu 0.333, pos 0.137",
    ]


def test_the_example_of_the_documentation_is_what_is_printed(explain: Explain) -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    [start] = [i for i, line in enumerate(lines) if line.startswith("    $ ./aviary explain")]
    [(_, text)] = re.findall(r"explain (--text) \"(.*)\"$", lines[start])
    code, out, _ = explain("--text", text)
    shown = [line.rstrip() for line in out.splitlines()]
    assert code == 0
    assert [line.removeprefix("    ") for line in lines[start + 1 : start + 1 + len(shown)]] == shown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a GREAT day", "GREAT +3.1 writing it in capitals strengthens it to +3.833 +3.833"),
        ("it was a bad ass movie", 'bad -2.5 counts +1.5 in "bad ass" +1.5'),
        ("NO good day", 'NO -1.2 only negates "good" -0.733'),
        ("hardly good", 'good +1.9 "hardly" weakens it to +1.607 +1.607'),
        ("so bad??", "2 x ? -0.36"),
        ("good?! good!", "2 x ! and 1 x ? +0.584"),
        ("the table!", "no word with a tone 0.0"),
        ("good day [bold]:smile:[/bold]", "good +1.9 +1.9"),
    ],
)
def test_each_change_is_one_line(explain: Explain, text: str, line: str) -> None:
    assert line in explain.out("--text", text).splitlines()


def test_a_french_text_is_shown_word_by_word_too(explain: Explain) -> None:
    assert explain.out("--lang", "fr", "--text", "J'adore l'horreur, c'est GÉNIAL !").splitlines() == [
        "written: J'adore l'horreur, c'est GÉNIAL !",
        "cleaned: J'adore l'horreur, c'est GÉNIAL !",
        "removed: nothing",
        "scored by: the French lexicon, word by word",
        "",
        "word valence changed by adds",
        "adore +0.8 +0.8",
        "horreur -2.7 -2.7",
        "GÉNIAL +0.6 +0.6",
        "total -1.3",
        "",
        "compound -0.3182 = total / sqrt(total * total + 15): negative, because it is -0.05 or less",
        "shares of the text: neg 0.407, neu 0.220, pos 0.374",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "good day",
            "compound +0.4404 = total / sqrt(total * total + 15): positive, because it is 0.05 or more",
        ),
        (
            "a table",
            "compound +0.0000 = total / sqrt(total * total + 15): neutral, because it is between -0.05 and 0.05",
        ),
    ],
)
def test_the_tone_is_told_with_its_limit(explain: Explain, text: str, said: str) -> None:
    assert said in explain.out("--text", text)


def test_a_stored_post_is_found_by_its_id_and_by_its_link(lake: Lake, explain: Explain) -> None:
    store(lake, TEXT)
    out = explain.out("--post", POST)
    assert out.splitlines()[0] == f"post of @nasa, 2026-11-22 07:18 UTC: {LINK}"
    assert out.splitlines()[1:] == explain.out("--text", TEXT).splitlines()
    assert explain.out("--post", f"http://mobile.twitter.com/i/web/status/{POST}?s=20") == out


def test_posts_that_the_first_release_stored_are_explained(lake: Lake, explain: Explain) -> None:
    put_old_lake(lake, "v1")
    posts = find_frame(lake, keys.posts(OLD_DAY, "1729"), POSTS)
    assert posts is not None
    for post_id, compound in posts.select("post_id", "compound").iter_rows():
        told = "not scored: " if compound is None else f"compound {compound:+.4f} = "
        assert told in explain.out("--post", post_id)


@pytest.mark.parametrize(
    ("text", "lang", "reason"),
    [
        ("Ich liebe es", "de", 'X gives its language as "de", and English and French are scored'),
        ("今日はとても", "en", "most of its letters are not Latin, and only English and French are scored"),
        (
            "Heute ist die Welt ganz anders",
            "und",
            'X found no language (it gives "und"), and fewer than a quarter of the words are common in English or in '
            "VADER's lexicon",
        ),
        ("Montana", None, "X found no language (it gives none), and fewer than a quarter of the words"),
        ("@bob https://t.co/x", "zxx", "no text is left"),
        ("2-1", "en", "it has no words, and no emoji, emoticon or hashtag with a tone that is known"),
    ],
)
def test_a_post_without_a_score_is_told_why(
    lake: Lake, explain: Explain, text: str, lang: str | None, reason: str
) -> None:
    store(lake, text, lang)
    out = explain.out("--post", POST)
    assert f"\nnot scored: {reason}" in out
    assert "compound" not in out


def test_a_stored_score_that_differs_is_told(lake: Lake, explain: Explain) -> None:
    """Scored by an earlier version, or added up by another Python."""
    store(lake, "a good day", compound=0.5)
    last = explain.out("--post", POST).splitlines()[-1]
    assert last == "stored: compound +0.5000, given by another version of Aviary or of Python"
    store(lake, "a good day", compound=None)
    last = explain.out("--post", POST).splitlines()[-1]
    assert last == "stored: no score, given by another version of Aviary or of Python"


def test_scores_are_added_up_as_those_of_the_day_were(
    lake: Lake, explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "horrible nice awful excellent!"
    for sums, compound in (("plain", "+0.0000"), ("compensated", "+0.0752")):
        plan = Plan(
            day=DAY,
            timezone="UTC",
            sample=True,
            failed_accounts=0.2,
            quarantined_posts=0.05,
            sums=sums,
            accounts=(),
        )
        lake.put_model(keys.plan(DAY), plan)
        store(lake, text, compound=float(compound))
        out = explain.out("--post", POST)
        assert f"compound {compound} = " in out
        assert "stored:" not in out


def test_a_french_post_is_explained_by_what_its_day_was_scored_with(lake: Lake, explain: Explain) -> None:
    plan = Plan(
        day=DAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=()
    )
    store(lake, "On adore", "fr")
    lake.put_model(keys.plan(DAY), plan.model_copy(update={"scorers": SCORERS}))
    assert "scored by: the French lexicon" in explain.out("--post", POST)
    assert "stored:" not in explain.out("--post", POST)
    lake.put_model(keys.plan(DAY), plan)
    out = explain.out("--post", POST)
    assert 'not scored: X gives its language as "fr", and only English was scored that day' in out


def assert_refused(ended: tuple[int, str, str], message: str) -> None:
    code, out, err = ended
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert re.search(message, err)


def test_an_unknown_post_is_refused(lake: Lake, explain: Explain) -> None:
    assert_refused(explain("--post", POST), f"{POST} is not in {lake.url}; check the id")
    store(lake, TEXT)
    assert_refused(explain("--post", "20"), "20 is not in ")


def test_a_forgotten_post_is_refused_even_where_it_is_not_removed_yet(lake: Lake, explain: Explain) -> None:
    store(lake, TEXT)
    register.save(lake, register.begin(lake, [POST], "asked for"))
    assert_refused(explain("--post", POST), f"{POST} was forgotten, so there is nothing of it to show")


def test_a_post_of_a_forgotten_account_is_refused(lake: Lake, explain: Explain) -> None:
    store(lake, TEXT)
    record = ErasureRecord(account="nasa", reason="asked for", forgotten_at=WRITTEN)
    register.save(lake, record)
    assert_refused(explain("--post", POST), f"@nasa was forgotten, so there is nothing of {POST} to show")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "explain needs either --post ID or --text TEXT"),
        (["--post", POST, "--text", "good"], "explain needs either --post ID or --text TEXT"),
        (["--post", "nasa"], "--post 'nasa' is not a post id; write the number"),
        (["--post", ""], "--post '' is not a post id"),
    ],
)
def test_bad_usage_is_refused(explain: Explain, arguments: list[str], message: str) -> None:
    assert_refused(explain(*arguments), message)


def test_hostile_text_does_nothing_to_a_terminal(lake: Lake, explain: Explain) -> None:
    store(lake, "good\x1b[31m \u202edoog [red]bad[/red]\nremoved: all", "en\x1b[2J")
    code, out, _ = explain("--post", POST)
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert out.count("\nremoved:") == 1


def test_phrases_without_tone_are_named_among_what_was_removed(explain: Explain, lake: Lake) -> None:
    freeze_no_tone(lake, DAY, {"nasa": ["war zone", "!"]})
    store(lake, "I love War Zone!", clean_text="I love", neg=0.0, neu=0.192, pos=0.808, compound=0.6369)
    out = explain.out("--post", POST)
    assert "removed: War Zone, !" in out.splitlines()
    assert "cleaned: I love" in out.splitlines()
    assert "stored:" not in out
