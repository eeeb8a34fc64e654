"""How the lakes beside this file were made: one day by the version that the folder is named for.

    python -m pipeline sandbox --dir $(mktemp -d) -- python -m tests.old_lakes.make tests/old_lakes/v1

A lake is written once, by the last commit before `SCHEMA_VERSION` changes, and never again: it is what such
a version left behind. The pages of `HANDWRITTEN` are written here, because the sandbox sends nothing that breaks
the contract. The HTML is left out: it is made from the rest.
"""

import os
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from pipeline import clock, run_day
from pipeline.accounts import load_accounts
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.records import Manifest
from pipeline.page import Page, pack
from pipeline.window import Window
from tests.pipeline.given import a_body, a_post, a_retweet, in_new_words

OLD_DAY = date(2026, 11, 21)
HANDWRITTEN = "handwritten"  # partial: one of its six posts breaks the contract
ACCOUNTS = f"""\
timezone: Europe/Berlin
defaults: {{max_posts: 12}}
accounts:
  - handle: "1729"
    group: numbers
  - quickdealz                 # the sandbox suspends it
  - handle: {HANDWRITTEN}
    include: [posts, quotes, replies, retweets]
"""


def write_pages(lake: Lake, day: date, collected_at: datetime) -> None:
    """Store the pages of `HANDWRITTEN` as if they had been read from X: in both vocabularies, one post broken."""
    noon = Window(day, "Europe/Berlin").start + timedelta(hours=12)
    number = day.day * 1000

    def at(minute: int) -> datetime:
        return noon + timedelta(minutes=minute)

    long = {"text": "A long and wonderful story. " * 20}
    first, second = str(1990000000000000000 + number + 1), str(1990000000000000000 + number + 2)
    newer = [
        a_post(number + 6, at=at(6), text="Ein schöner Tag.\nZweite Zeile 🐦", lang="de"),
        a_post(number + 5, at=at(5), note_tweet=long),
        a_post(number + 4, at=at(4), public_metrics={"like_count": -1}),
        a_retweet(number + 3, at=at(3)),
    ]
    older = [
        a_post(number + 2, at=at(2), text="=1+1, corrected", edit_history_tweet_ids=[first, second]),
        a_post(number + 1, at=at(1), text="=1+2", edit_history_tweet_ids=[first, second]),
    ]
    bodies = [a_body(*newer, token="older"), a_body(*(in_new_words(post) for post in older))]
    for place, body in enumerate(bodies, 1):
        page = Page(request={"token": None if place == 1 else "older"}, collected_at=collected_at, body=body)
        lake.put(keys.raw_page(day, HANDWRITTEN, place), pack(page))
    manifest = Manifest(pages=2, posts=6, truncated=False, collected_at=collected_at)
    lake.put_model(keys.raw_manifest(day, HANDWRITTEN), manifest)


def main(folder: Path) -> None:
    """Write the day into the lake of the environment, and the lake's objects into `folder`."""
    with tempfile.TemporaryDirectory() as temporary:
        accounts = Path(temporary) / "accounts.yaml"
        accounts.write_text(ACCOUNTS, encoding="utf-8")
        os.environ["AVIARY_ACCOUNTS"] = str(accounts)
        config = load_accounts(accounts)
        lake = Lake(os.environ["AVIARY_LAKE"])
        with clock.frozen(Window(OLD_DAY, config.timezone).collect_at(config.collect_at)):
            write_pages(lake, OLD_DAY, clock.now())
            run_day(OLD_DAY)
    for key in lake.keys(""):
        if not key.endswith(".html"):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(lake.get(key))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
