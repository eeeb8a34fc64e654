"""Numbers, days and names as the report shows them. Pure text functions; the templates escape."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from pipeline.ids import is_handle, is_id

_MOST_MARKS = 6  # on one letter
_MINUS = "\u2212"  # as wide as a plus, and never broken from its digits
_EXACT = Context(prec=400)  # a float has at most 309 digits before its point
NONE = "\u2013"  # shown where there is no figure


def rounded(value: float, digits: int = 0) -> Decimal:
    """Round half away from zero, by the value as it is written: 2.5 is 3, \u22122.5 is \u22123, 0.125 is 0.13."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT) + 0


def compact(value: float | None) -> str:
    """Return a count in about three digits: 774, 3.8k, 22.3k, 421k, 1.90M."""
    if value is None or not math.isfinite(value):
        return NONE
    sign = _MINUS if value < 0 else ""
    size = abs(value)
    whole = rounded(size)
    if whole < 1000:
        return f"{sign if whole else ''}{whole}"
    for unit, name in ((1e3, "k"), (1e6, "M"), (1e9, "B")):
        scaled = size / unit
        if scaled < 999.5 or name == "B":
            break
    digits = 0 if scaled >= 99.95 else 1
    if name != "k" and scaled < 9.995:
        digits = 2
    return f"{sign}{rounded(scaled, digits):,}{name}"


def plain_number(value: float | None) -> str:
    """Return a value for programs that read the page, such as 1234.5; empty when there is none."""
    return "" if value is None or not math.isfinite(value) else f"{value:.4f}".rstrip("0").rstrip(".")


def signed(value: float | None) -> str:
    """Return a difference with its sign: +175k, \u22121.0k, 0."""
    text = compact(value)
    return f"+{text}" if value is not None and value > 0 and text not in ("0", NONE) else text


def points(value: float | None) -> str:
    """Return net sentiment: +18, \u221239, 0."""
    return signed(None if value is None else float(rounded(value)))


def percent(value: float | None, digits: int = 0) -> str:
    """Return a percentage; a share too small for the digits reads <1%."""
    if value is None or not math.isfinite(value):
        return NONE
    if 0 < value < 10**-digits / 2:
        return f"<{10**-digits:.{digits}f}%"
    return f"{rounded(value, digits):,}%".replace("-", _MINUS)


def decimal(value: float, digits: int) -> str:
    """Return a number with so many decimals: 4.2, \u22120.54."""
    return f"{rounded(value, digits)}".replace("-", _MINUS)


def rate(value: float | None) -> str:
    """Return an engagement rate: 1.86%, 12.4%."""
    return percent(value, 2 if value is None or abs(value) < 9.995 else 1)


def times(value: float) -> str:
    """Return a multiple: 2.3\u00d7, 31\u00d7, <0.1\u00d7."""
    if 0 < value < 0.05:
        return "<0.1×"
    return f"{rounded(value, 1)}×" if value < 9.95 else f"{rounded(value):,}×"


def change(value: float, usual: float) -> str | None:
    """Return how far `value` is from `usual`, in per cent without a sign; None where there is no ratio."""
    if usual <= 0:
        return None
    return percent(100 * abs(value / usual - 1))


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `1 post`, `12 posts`, `1,204 posts`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(names: list[str], limit: int = 3) -> str:
    """Return `A`, `A and B`, `A, B and C`, `A, B and 7 more`: at most `limit` parts."""
    if len(names) > limit:
        names = [*names[: limit - 1], f"{len(names) - limit + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def capitalized(text: str) -> str:
    """Return text that begins a sentence; what follows stays as it is."""
    return text[:1].upper() + text[1:]


def long_day(day: date) -> str:
    """Return `Sunday 22 November 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """Return `Sun 22 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"


def moment(instant: datetime) -> str:
    """Return `Mon 23 Nov 2026, 06:05 UTC`."""
    return f"{short_day(instant.date())} {instant:%Y, %H:%M} {instant:%Z}"


def duration(hours: float | None) -> str:
    """Return a duration: `40 min`, `6 h`, `3 days`."""
    if hours is None:
        return NONE
    if hours < 1:
        return f"{rounded(hours * 60)} min"
    return f"{rounded(hours)} h" if hours < 72 else f"{rounded(hours / 24)} days"


def dollars(value: float) -> str:
    """Return a price: $0.84, $0.005 where cents would hide it."""
    return f"${rounded(value, 2):,}" if value >= 0.1 or value == 0 else f"${rounded(value, 3)}"


def status_name(status: str) -> str:
    """Return an account's status as words: `over budget`."""
    return status.replace("_", " ")


def one_line(text: str, limit: int = 60) -> str:
    """Return foreign text on one line, without control characters, at most `limit` letters."""
    return _truncate(" ".join(_printable(" ".join(text.split())).split()), limit)


def paragraph(text: str, limit: int = 700) -> str:
    """Return a post's text with its line breaks, without control characters, at most `limit` letters."""
    lines = "\n".join(_printable(line) for line in text.splitlines())
    return _truncate(re.sub(r"\n{3,}", "\n\n", lines).strip(), limit)


def _printable(text: str) -> str:
    """Remove what would break a page and means nothing on it.

    Control characters, lone surrogates, and marks piled on one letter beyond what any script needs.
    """
    kept: list[str] = []
    marks = 0
    for letter in text:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category not in ("Cc", "Cs") and marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def _truncate(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def display_name(name: str | None, handle: str) -> str:
    """Return what an account is called: its name, else its handle."""
    return one_line(name or "") or one_line(handle)


def distinct_names(accounts: Sequence[tuple[str | None, str]]) -> list[str]:
    """Return what accounts (name, handle) are called where only one of both is shown: @handle where names are alike."""
    names = [display_name(name, handle) for name, handle in accounts]
    alike = Counter(name.casefold() for name in names)
    return [
        f"@{handle}" if alike[name.casefold()] > 1 else name
        for name, (_, handle) in zip(names, accounts, strict=True)
    ]


def post_url(handle: str, post_id: str) -> str | None:
    """Return a post's address, built from a checked handle and id alone; None when either is invalid."""
    if is_handle(handle) and is_id(post_id):
        return f"https://x.com/{handle}/status/{post_id}"
    return None
