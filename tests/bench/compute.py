"""An account-day from raw pages to its two files, against the straightforward way: `python -m tests.bench.compute`.

Both read two pages of a hundred posts, as they are stored, and return the same Parquet and CSV bytes, which is
asserted. The straightforward way knows that every post is a sound one in English without entities: it checks
nothing, and scores with one analyzer of vaderSentiment made beforehand. The files' formats are no part of the
comparison: both write them by the same two functions. Each round has other posts, so no engine has met them.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from typing import Any, NamedTuple

import polars as pl
import zstandard
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from pipeline.lake.frames import to_parquet
from pipeline.page import Page, pack, unpack
from pipeline.sandbox.world.timelines import STORY_DAY, World, posts_of_day
from pipeline.schema import POSTS
from pipeline.sentiment.cleaning import clean_text
from pipeline.sentiment.frames import SCORES, label
from pipeline.transform.account_day import derive
from pipeline.transform.spreadsheet import to_csv
from tests.bench.harness import Row, bench, cpu_seconds
from tests.pipeline.given import COLLECTED_AT, a_body, a_post, work
from tests.pipeline.sentiment.texts import LABELLED, labelled_tweets

DAY = 200
SMALL_DAY = 5
PAGE = 100
ROUNDS = 20

Files = tuple[bytes, bytes]  # Parquet, CSV
Way = Callable[[Sequence[bytes]], Files]

vader = SentimentIntensityAnalyzer()


class Medians(NamedTuple):
    """CPU seconds of an account-day."""

    ours: float
    straightforward: float

    @property
    def ratio(self) -> float:
        return self.straightforward / self.ours

    def __str__(self) -> str:
        return f"{self.ours * 1e3:.1f} ms, {self.straightforward * 1e3:.1f} ms, {self.ratio:.2f}x"


def ours(stored: Sequence[bytes]) -> Files:
    """Return the files as `analyze` makes them, every check included."""
    derived = derive([unpack(page) for page in stored], work())
    return to_parquet(derived.posts), to_csv(derived.posts)


def straightforward(stored: Sequence[bytes]) -> Files:
    """Return the files without any check."""
    rows = []
    for page in stored:
        document = json.loads(zstandard.ZstdDecompressor().decompress(page))
        rows += [_row(post, document["collected_at"]) for post in document["body"]["data"]]
    scores = pl.Struct(dict.fromkeys(SCORES, pl.Float64))
    posts = (
        pl.DataFrame(rows)
        .with_columns(
            pl.col("created_at", "collected_at").str.to_datetime(time_unit="us", time_zone="UTC"),
            pl.col("text").map_elements(clean_text, pl.String).alias("clean_text"),
        )
        .with_columns(
            pl.col("clean_text").map_elements(vader.polarity_scores, scores).alias("scores"),
            age_hours=(pl.col("collected_at") - pl.col("created_at")).dt.total_seconds() / 3600,
        )
        .unnest("scores")
        .with_columns(label(pl.col("compound")))
        .sort("created_at", "post_id")
        .select(POSTS.names())
        .cast(POSTS)
    )
    return to_parquet(posts), to_csv(posts)


def _row(post: dict[str, Any], collected_at: str) -> dict[str, Any]:
    counts = post["public_metrics"]
    parts = ("like_count", "reply_count", "quote_count", "retweet_count")
    return {
        "post_id": post["id"],
        "account": "nasa",
        "author_id": post["author_id"],
        "created_at": post["created_at"],
        "text": post["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
        "lang": post["lang"],
        "kind": "post",
        "conversation_id": post["conversation_id"],
        "like_count": counts["like_count"],
        "repost_count": counts["retweet_count"],
        "reply_count": counts["reply_count"],
        "quote_count": counts["quote_count"],
        "bookmark_count": counts["bookmark_count"],
        "impression_count": counts["impression_count"],
        "engagement": sum(counts[name] for name in parts),
        "hashtags": [],
        "mentions": [],
        "urls": [],
        "edited": False,
        "edit_history": post["edit_history_tweet_ids"],
        "possibly_sensitive": post["possibly_sensitive"],
        "collected_at": collected_at,
        "media": [],
        "paid_partnership": None,
        "scorer": "vader-en",
    }


def source() -> str:
    """Return where the texts are from."""
    return "real tweets of ../shared/data" if LABELLED.exists() else "invented posts of the sandbox"


def texts() -> Iterator[str]:
    """Yield texts in English with words, each once."""
    found = (tweet.text for tweet in labelled_tweets()) if LABELLED.exists() else _invented()
    return (text for text in found if any(map(str.isalpha, clean_text(text))) and clean_text(text).isascii())


def _invented() -> Iterator[str]:
    world = World()
    for back in range(1_000):
        for post in posts_of_day(world, "pixelforge", STORY_DAY - timedelta(days=back)):
            if post.lang == "en" and post.kind == "post":
                yield post.content.text


def days(posts: int) -> list[list[bytes]]:
    """Return the stored pages of `ROUNDS` account-days of so many posts; no text is in two of them, if they suffice."""
    found = cycle(list(texts()))
    return [_stored(list(islice(found, posts))) for _ in range(ROUNDS)]


def _stored(day: Sequence[str]) -> list[bytes]:
    newest_first = [a_post(number, text=text) for number, text in enumerate(day)][::-1]
    return [
        pack(Page(request={}, collected_at=COLLECTED_AT, body=a_body(*newest_first[start : start + PAGE])))
        for start in range(0, len(newest_first), PAGE)
    ]


def measure(posts: int) -> Medians:
    """Return the medians over days of so many posts, each way in turn, the first day's being the warming up."""
    times: dict[Way, list[float]] = {ours: [], straightforward: []}
    for pages in days(posts):
        for way, seconds in times.items():
            seconds.append(cpu_seconds(partial(way, pages)))
        assert ours(pages) == straightforward(pages)
    return Medians(*(statistics.median(seconds[1:]) for seconds in times.values()))


@bench
def account_days() -> Iterator[Row]:
    for posts, target in ((DAY, 1.0), (SMALL_DAY, None)):
        found = measure(posts)
        detail = f"{found.ours * 1e3:.1f} against {found.straightforward * 1e3:.1f} ms of CPU"
        what = f"an account-day of {posts} posts, raw pages to Parquet and CSV ({source()})"
        yield Row(what, "json, map_elements, vaderSentiment, no checks", found.ratio, target, detail)


def main() -> None:
    """Print the day of a few posts, then the day of 200: ours, the straightforward way, and how many times faster."""
    for posts in (SMALL_DAY, DAY):
        line = f"{posts} {source()}, stored pages to Parquet and CSV, CPU, median: {measure(posts)}"
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
