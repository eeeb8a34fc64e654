"""What a day's posts are about: how many of each account's have which hashtag, word, pair, domain and format. Pure.

Retweets count for nothing, and a term counts once in a post. Words are cut from the text as written, without links,
mentions and hashtags; pairs are two such words side by side, with neither punctuation nor a stop word between them.
English texts that are scored stand apart from the others, because "no" and "die" are words of several languages.
Languages that write no spaces are not cut: of their posts only hashtags, domains and formats count.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.schema import MOST_TERMS, TOPICS

_LETTERS: Final = (2, 40)  # of a word; longer ones are addresses, cries and attacks
_MOST_LETTERS: Final = 100  # of a hashtag
_UNCUT_SHARE: Final = 0.2  # letters of scripts without spaces, from which on a text is not cut

# Han, kana, and the scripts of Thai, Lao, Khmer, Burmese and Tibetan.
_NO_SPACES: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
_NOT_WORDS: Final = r"https?://\S+|\bwww\.\S+|[@＠#＃][\p{L}\p{M}\p{N}_]+"
_WORD: Final = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*(?:['-][\p{L}\p{M}\p{N}_]+)*"
# The user's part of an address is left out: what stands before an "@" is no host.
_HOST: Final = (
    r"(?i)^https?://(?:[^/?#\\@\s]*@)?(?:www\.)?([\p{L}\p{M}\p{N}._-]+\.[\p{L}\p{M}\p{N}-]+)\.?(?:[:/?#\\]|$)"
)
_POST_LINK: Final = r"(?i)^https?://(?:[a-z]+\.)?(?:x|twitter)\.com/(?:[^/]+|i/web)/status(?:es)?/"


def count_topics(posts: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return TOPICS of a day, sorted by account, kind, term; `posts` is POSTS of all accounts.

    Of each kind an account has its 400 most used terms at most; where there are more, a row of kind `left_out` says how
    often the most used of the others occurs, so that nobody takes them for zero.
    """
    own = (
        posts.filter(pl.col("kind") != "retweet")
        .sort("account", "engagement", "post_id", descending=[False, True, False])
        .with_row_index("post")
        .with_columns(_without_addresses().alias("plain"))
        .with_columns(_is_uncut().alias("uncut"), pl.col("compound").is_not_null().alias("is_scored"))
        .with_columns(_is_english().alias("is_english"))
    )
    uses = pl.concat([*_texts(own), _hashtags(own), _domains(own), _formats(own), *_words(own)])
    counted = (
        uses.unique()
        .join(own.select("post", "account", "engagement", "is_scored", "sentiment", "post_id"), on="post")
        .sort("post")
        .group_by("account", "kind", "term", "english")
        .agg(
            posts=pl.len().cast(pl.Int64),
            engagement=pl.col("engagement").sum(),
            scored=pl.col("is_scored").sum().cast(pl.Int64),
            positive=(pl.col("sentiment") == "positive").sum().cast(pl.Int64),
            negative=(pl.col("sentiment") == "negative").sum().cast(pl.Int64),
            post_ids=pl.col("post_id"),
        )
        .sort(
            "account",
            "kind",
            "english",
            "posts",
            "engagement",
            "term",
            descending=[False] * 3 + [True] * 2 + [False],
        )
    )
    rank = pl.int_range(pl.len()).over("account", "kind", "english")
    left_out = (
        counted.filter(rank >= MOST_TERMS)
        .group_by("account", "english", pl.col("kind").alias("term"))
        .agg(pl.col("posts").max(), kind=pl.lit("left_out").first())
    )
    return (
        pl.concat([counted.filter(rank < MOST_TERMS), left_out], how="diagonal")
        .with_columns(pl.lit(day).alias("day"))
        .select(TOPICS.names())
        .cast(TOPICS)
        .sort("account", "kind", "english", "term")
    )


@cache
def stop_words() -> frozenset[str]:
    """Return the English words that say nothing about a subject."""
    lines = Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _uses(frame: pl.DataFrame, kind: str, *, english: bool = False) -> pl.DataFrame:
    """Return `post`, `kind`, `term`, `english` of a frame of posts and terms."""
    return frame.select(
        "post", pl.lit(kind).alias("kind"), pl.col("term").cast(pl.String), pl.lit(english).alias("english")
    )


def _without_addresses() -> pl.Expr:
    """The text in small letters, with a line break in place of each link, mention and hashtag."""
    return (
        pl.col("text")
        .str.to_lowercase()
        .str.replace_all("’", "'", literal=True)
        .str.replace_all(_NOT_WORDS, "\n")
    )


def _is_uncut() -> pl.Expr:
    letters = pl.col("plain").str.count_matches(r"\p{L}")
    without_spaces = pl.col("plain").str.count_matches(_NO_SPACES)
    return (without_spaces > 0) & (without_spaces >= _UNCUT_SHARE * letters)


def _is_english() -> pl.Expr:
    """Whether VADER has scored the text; before schema 5 nothing else did, and no scorer is named."""
    return pl.col("is_scored") & pl.col("scorer").ne_missing("lexicon-fr")


def _texts(own: pl.DataFrame) -> list[pl.DataFrame]:
    """All posts, and how their texts are cut: what the shares of the other kinds are of."""
    way = (
        pl.when("uncut")
        .then(pl.lit("uncut"))
        .when("is_english")
        .then(pl.lit("english"))
        .otherwise(pl.lit("other"))
    )
    return [
        _uses(own.select("post", term), "posts") for term in (pl.lit("all").alias("term"), way.alias("term"))
    ]


def _hashtags(own: pl.DataFrame) -> pl.DataFrame:
    tags = own.select("post", pl.col("hashtags").alias("term")).explode("term").drop_nulls()
    tags = tags.with_columns(pl.col("term").str.strip_chars().str.to_lowercase().str.slice(0, _MOST_LETTERS))
    return _uses(tags.filter(pl.col("term") != ""), "hashtag")


def _domains(own: pl.DataFrame) -> pl.DataFrame:
    """Hosts without "www."; not those of links to posts, photos and videos on X, nor of links that X did not expand."""
    links = own.select("post", pl.col("urls").alias("url")).explode("url").drop_nulls()
    hosts = links.filter(~pl.col("url").str.contains(_POST_LINK)).select(
        "post", pl.col("url").str.extract(_HOST).str.to_lowercase().str.slice(0, _MOST_LETTERS).alias("term")
    )
    return _uses(hosts.filter(pl.col("term") != "t.co"), "domain")


def _formats(own: pl.DataFrame) -> pl.DataFrame:
    """One format a post: what moves before what stands still, a link only where no media is attached.

    Posts of days whose media is unknown (before schema 3) have none.
    """
    media, linked = (
        pl.col("media"),
        pl.col("urls").list.eval(~pl.element().str.contains(_POST_LINK)).list.any(),
    )
    term = (
        pl.when(media.list.contains("video"))
        .then(pl.lit("video"))
        .when(media.list.contains("animated_gif"))
        .then(pl.lit("gif"))
        .when(media.list.contains("photo"))
        .then(pl.lit("photo"))
        .when(linked)
        .then(pl.lit("link"))
        .otherwise(pl.lit("text"))
    )
    return _uses(own.filter(media.is_not_null()).select("post", term.alias("term")), "format")


def _words(own: pl.DataFrame) -> list[pl.DataFrame]:
    """Words and pairs, of scored texts and of others; a number is no word, but may be one of a pair."""
    token = pl.col("token")
    tokens = (
        own.filter(~pl.col("uncut"))
        .select("post", "is_english", pl.col("plain").str.extract_all(rf"{_WORD}|\n|[^\s]").alias("token"))
        .explode("token")
        .drop_nulls()
        .with_columns(token.str.replace(r"'s$", ""))
        .with_columns(
            token.str.contains(r"\p{L}").alias("has_letter"),
            token.str.len_chars().is_between(*_LETTERS).alias("has_length"),
            (pl.col("is_english") & token.is_in(sorted(stop_words()))).alias("is_stop"),
        )
        .with_columns(
            (pl.col("has_letter") & pl.col("has_length") & ~pl.col("is_stop")).alias("is_word"),
            (~pl.col("has_letter") & token.str.contains(r"^\p{N}") & (token.str.len_chars() <= 6)).alias(
                "is_number"
            ),
        )
    )
    content = pl.col("is_word") | pl.col("is_number")
    side_by_side = (
        content
        & content.shift(-1)
        & (pl.col("is_word") | pl.col("is_word").shift(-1))
        & (pl.col("post") == pl.col("post").shift(-1))
        & (token != token.shift(-1))
    )
    pairs = tokens.select(
        "post", "is_english", pl.when(side_by_side).then(token + " " + token.shift(-1)).alias("token")
    )
    found = []
    for kind, terms in (("word", tokens.filter("is_word")), ("pair", pairs.drop_nulls())):
        for english in (True, False):
            part = terms.filter(pl.col("is_english") == english).rename({"token": "term"})
            found.append(_uses(part, kind, english=english))
    return found
