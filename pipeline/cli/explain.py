"""The command `explain`: the words that decided a score."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import Accounts, post_named
from pipeline.errors import ConfigError
from pipeline.text import inert, one_line

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.schema import Scorer
    from pipeline.sentiment import Explanation
    from pipeline.sentiment.explanation import Effect, Word
    from pipeline.sentiment.language import Unscored
    from pipeline.sentiment.no_tone import NoTone
    from pipeline.sentiment.sums import Sums

_SCORER_NAMES = {"vader-en": "VADER, as English", "lexicon-fr": "the French lexicon, word by word"}


def explain(
    post: Annotated[
        str | None, typer.Option(metavar="ID", help="A post in the lake, by its id or its link.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Any text, scored as a post's would be.")
    ] = None,
    lang: Annotated[
        str, typer.Option(metavar="LANG", help="With --text, its language: en is English, fr French.")
    ] = "en",
    accounts: Accounts = None,
) -> None:
    """Show which words decided a post's score, and how they add up to it. Asks X for nothing."""
    from pipeline.schema import SCORERS
    from pipeline.sentiment.cleaning import clean_text

    if (post is None) == (text is None):
        raise ConfigError("explain needs either --post ID or --text TEXT")
    if text is not None:
        _print_score(text, clean_text(text), lang, Scoring(None, SCORERS, None))
        return
    row, scoring = _stored(post_named("--post", post or ""))
    link = f"https://x.com/{row['account']}/status/{row['post_id']}"
    typer.echo(f"{row['kind']} of @{row['account']}, {row['created_at']:%Y-%m-%d %H:%M} UTC: {link}")
    compound = _print_score(row["text"] or "", row["clean_text"] or "", row["lang"], scoring)
    if compound != row["compound"]:
        stored = "no score" if row["compound"] is None else f"compound {row['compound']:+.4f}"
        typer.echo(f"stored: {stored}, given by another version of Aviary or of Python")


@dataclass(frozen=True)
class Scoring:
    """How a text is scored: how floats are added, by what, and without which phrases."""

    sums: "Sums | None"
    scorers: "tuple[Scorer, ...]"
    phrases: "NoTone | None"


def _stored(post_id: str) -> "tuple[dict[str, Any], Scoring]":
    """Return a post as it is stored, and how those of its day are scored.

    Raises `ConfigError`.
    """
    from pipeline.erasure.register import erased_accounts, erased_posts
    from pipeline.lake.client import Lake
    from pipeline.lake.days import find_plan
    from pipeline.lake.health import require_bucket
    from pipeline.lake.no_tone import find_no_tone
    from pipeline.lake.posts import find_post
    from pipeline.schema import SCORERS
    from pipeline.sentiment.no_tone import no_tone
    from pipeline.settings import load_settings

    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    if erased_posts(lake, [post_id]):
        raise ConfigError(f"{post_id} was forgotten, so there is nothing of it to show")
    row = find_post(lake, post_id)
    if row is None:
        raise ConfigError(
            f"{post_id} is not in {lake.url}; check the id, and whether the post's day was run and its account listed"
        )
    if row["account"] in erased_accounts(lake):
        raise ConfigError(f"@{row['account']} was forgotten, so there is nothing of {post_id} to show")
    plan = find_plan(lake, row["day"])
    phrases = no_tone(find_no_tone(lake, row["day"]).phrases_of(row["account"]))
    return row, Scoring(plan.sums, plan.scorers, phrases) if plan else Scoring(None, SCORERS, phrases)


def _print_score(text: str, cleaned: str, lang: str | None, scoring: Scoring) -> float | None:
    """Print how a text is scored, or why not; return its compound score, or None."""
    from rich.console import Console

    from pipeline.sentiment import explain as explain_text
    from pipeline.sentiment.cleaning import clean_text
    from pipeline.sentiment.language import Unscored, scores_or_reason

    removed: list[str] = []
    clean_text(text, removed, scoring.phrases)
    typer.echo(f"written: {one_line(text, len(text))}")
    typer.echo(f"cleaned: {one_line(cleaned, len(cleaned)) or 'nothing is left'}")
    typer.echo(f"removed: {_list(removed)}")
    scored = scores_or_reason(lang, cleaned, scoring.sums, scoring.scorers)
    if isinstance(scored, Unscored):
        typer.echo(f"not scored: {_reason(scored, cleaned, lang, scoring.scorers)}")
        return None
    scorer, _ = scored
    explanation = explain_text(cleaned, sums=scoring.sums, scorer=scorer)
    typer.echo(f"scored by: {_SCORER_NAMES[scorer]}")
    typer.echo()
    Console(highlight=False, markup=False, emoji=False).print(_table(explanation))
    typer.echo()
    for line in _conclusion(explanation):
        typer.echo(line)
    return explanation.compound


def _list(removed: list[str]) -> str:
    """Return what cleaning has removed: links, mentions, phrases, and how many characters that only style emoji."""
    from pipeline.sentiment.cleaning import is_presentation

    styles = [part for part in removed if is_presentation(part)]
    named = [one_line(part) for part in removed if part not in styles]
    modifiers = len(styles)
    if modifiers:
        named.append(f"{modifiers} emoji modifier{'' if modifiers == 1 else 's'}")
    return ", ".join(named) or "nothing"


def _reason(reason: "Unscored", cleaned: str, lang: str | None, scorers: "tuple[Scorer, ...]") -> str:
    from pipeline.sentiment.language import Unscored

    named = f'"{inert(lang)}"' if lang else "none"
    if reason is Unscored.OTHER_LANGUAGE:
        known = "English and French are scored" if len(scorers) > 1 else "only English was scored that day"
        return f"X gives its language as {named}, and {known}"
    if reason is Unscored.NOT_LATIN:
        return "most of its letters are not Latin, and only English and French are scored"
    if reason is Unscored.NOT_ENGLISH:
        return (
            f"X found no language (it gives {named}), and fewer than a quarter of the words are common in English or "
            "in VADER's lexicon"
        )
    if not cleaned:
        return "no text is left"
    return "it has no words, and no emoji, emoticon or hashtag with a tone that is known"


def _table(explanation: "Explanation") -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("word", overflow="fold")
    table.add_column("valence", justify="right", no_wrap=True)
    table.add_column("changed by", overflow="fold")
    table.add_column("adds", justify="right", no_wrap=True)
    for word in explanation.words:
        changes = "\n".join(map(_change, word.effects))
        table.add_row(_name(word), _number(word.valence), changes, _number(word.contribution))
    if not explanation.words:
        table.add_row("no word with a tone", "", "", _number(0.0))
    if explanation.emphasis:
        table.add_row(_marks(explanation), "", "", _number(explanation.emphasis))
    table.add_row("total", "", "", _number(explanation.total))
    return table


def _name(word: "Word") -> str:
    """Return a word as it was written, without punctuation; of an emoji also the word of its description."""
    written = one_line(word.written)
    start = written.lower().find(word.word)
    return written[start : start + len(word.word)] if start >= 0 else f"{written} ({word.word})"


def _change(effect: "Effect") -> str:
    """Return what changed a word's valence, and to what."""
    from pipeline.sentiment.explanation import Rule

    by = f'"{one_line(effect.by)}"'
    after = _number(effect.after).rstrip()
    if effect.rule is Rule.IDIOM:
        return f"counts {after} in {by}"
    if effect.rule is Rule.NEGATION and not effect.after:
        return f"only negates {by}"
    if (effect.after > 0) != (effect.before > 0):
        does = "turns it to"
    else:
        does = "strengthens it to" if abs(effect.after) > abs(effect.before) else "weakens it to"
    return f"{'writing it in capitals' if effect.rule is Rule.CAPITALS else by} {does} {after}"


def _marks(explanation: "Explanation") -> str:
    marks = {"!": explanation.exclamation_marks, "?": explanation.question_marks}
    return " and ".join(f"{count} x {mark}" for mark, count in marks.items() if count)


def _number(value: float) -> str:
    """Return a number with its sign and up to four decimals, spaces in place of zeros at its end."""
    if not round(value, 4):
        return "0.0   "
    digits = f"{value:+.4f}"
    return digits[:-3] + digits[-3:].rstrip("0").ljust(3)


def _conclusion(explanation: "Explanation") -> list[str]:
    """Return the scores in words."""
    import polars as pl

    from pipeline.sentiment.frames import NEGATIVE_TO, POSITIVE_FROM, label

    tone = pl.select(label(pl.lit(explanation.compound))).item()
    limits = {
        "positive": f", because it is {POSITIVE_FROM} or more",
        "negative": f", because it is {NEGATIVE_TO} or less",
    }
    between = f", because it is between {NEGATIVE_TO} and {POSITIVE_FROM}"
    shares = ", ".join(f"{name} {explanation.scores[name]:.3f}" for name in ("neg", "neu", "pos"))
    return [
        f"compound {explanation.compound:+.4f} = total / sqrt(total * total + 15): {tone}{limits.get(tone, between)}",
        f"shares of the text: {shares}",
    ]
