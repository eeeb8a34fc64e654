"""Texts for accounts.yaml, right and wrong, for hypothesis to draw from."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "accounts.yaml").read_text(encoding="utf-8")
PIECES = st.sampled_from(
    [
        *(
            "@",
            "- ",
            ": ",
            "'",
            '"',
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a",
            "!x ",
            "|",
            ">",
            "%",
            "? ",
            "#",
            "`",
        ),
        *(
            "\t",
            "\n",
            "\r\n",
            "\r",
            "---\n",
            "...\n",
            "  ",
            "<<: ",
            "\\ud800",
            '"\\Uffffffff"',
            "\x00",
            "\x85",
        ),
        *(
            "\u2028",
            "\ufeff",
            "\U0010fffe",
            "%YAML 1.1\n---\n",
            "accounts:",
            "handle: ",
            "null",
            "~",
            "a",
            "7",
        ),
        *("20%", "é", "🐦"),
    ]
)


@st.composite
def damaged(draw: Any) -> str:
    """Return the shipped file, cut short and with pieces thrown in."""
    text = SHIPPED[: draw(st.integers(0, len(SHIPPED)))]
    for piece in draw(st.lists(PIECES, max_size=6)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + piece + text[place:]
    return text


line = st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and text == text.strip())
share = st.integers(0, 10_000).map(lambda hundredths: f"{hundredths / 100:g}%")
reading = {
    "max_posts": st.integers(1, 3200),
    "include": st.lists(st.sampled_from(["posts", "quotes", "replies", "retweets"]), min_size=1, unique=True),
    "refresh_days": st.integers(0, 30),
    "mentions": st.booleans(),
    "completeness": st.booleans(),
    "no_tone": st.lists(line, max_size=3),
}
handle = st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True)
account = st.fixed_dictionaries({"handle": handle}, optional={"group": line, **reading})
money = st.decimals("0.01", 1_000_000, places=2).map(float)


def key(entry: str | dict[str, Any]) -> str:
    return (entry if isinstance(entry, str) else entry["handle"]).lower()


configuration = st.fixed_dictionaries(
    {"accounts": st.lists(handle | account, min_size=1, unique_by=key)},
    optional={
        "timezone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
        "collect_at": st.times().map(lambda time: f"{time:%H:%M}"),
        "defaults": st.fixed_dictionaries({}, optional=reading),
        "profile_days": st.integers(1, 365),
        "budget": st.fixed_dictionaries({}, optional={"usd_per_run": money, "usd_per_month": money}),
        "tolerate": st.fixed_dictionaries(
            {}, optional={"failed_accounts": share, "quarantined_posts": share}
        ),
        "retention": st.fixed_dictionaries({}, optional={"raw_days": st.integers(1, 3650)}),
        "notify": st.lists(st.sampled_from(["mailto:team@example.org", "connection:chat"]), max_size=3),
    },
)
