"""Answers of X with something wrong in them: real ones, changed at random, in the tree and in the bytes."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from tests.conftest import RECORDINGS
from tests.pipeline.given import AUTHOR, a_body, a_post, a_retweet, in_new_words

Path = tuple[Any, ...]

_ENTITIES = {
    "hashtags": [{"start": 1, "end": 2, "tag": "space"}],
    "mentions": [{"start": 3, "end": 9, "username": "esa", "id": "5"}],
    "urls": [{"start": 1, "end": 2, "url": "https://t.co/abc", "expanded_url": "https://example.org/a"}],
}
_NOTE = {"text": "long " * 80, "entities": _ENTITIES}
_REFUSAL = {
    "resource_type": "user",
    "parameter": "id",
    "value": "1",
    "title": "Authorization Error",
    "detail": "Sorry, you are not authorized to see the user with id: [1].",
    "type": "https://api.twitter.com/2/problems/not-authorized-for-resource",
}
# What Python's JSON has no value for: written as a word, and put into the text in its place.
_WRITTEN = {
    "@deep@": "[" * 3000 + "]" * 3000,
    "@deeper@": '{"a":' * 3000 + "1" + "}" * 3000,
    "@digits@": "9" * 5000,
    "@negative@": "-" + "9" * 5000,
    "@nan@": "NaN",
    "@infinity@": "-Infinity",
    "@1e400@": "1e400",
}
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**12 + 1, 10**30, "", " ", "0", "nasa", "\ud800", "a\ud83d", "\x00", "\u202e",
    "=cmd()", "9" * 25, "1\n2", "x" * 5000, "😀" * 50, "&amp;lt;", "RT @: ", "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00", "2026-11-22T12:00:00", "3_1", [], {}, [[]], {"a": 1}, [None], [5, "x", {}],
    {"forgotten": True}, [{"forgotten": True}], [{"id": "17"}], [{"type": "retweeted", "id": "17"}],
    [{"type": "retweeted"}], {"\ud800": 1}, {"media_keys": ["16_1", 5]}, *_WRITTEN,
]  # fmt: skip


@cache
def real_pages() -> list[bytes]:
    """Return pages of timelines: of this project's own making, and, where they are at hand, recorded ones."""
    posts = [
        a_post(1, entities=_ENTITIES, attachments={"media_keys": ["3_1", "13_2"]}, paid_partnership=True),
        a_post(2, note_tweet=_NOTE, edit_history_tweet_ids=["1990000000000000001", "1990000000000000002"]),
        a_retweet(3),
    ]
    original = a_post(9, id="17", author_id="99", entities=_ENTITIES, note_tweet=_NOTE)
    quote = a_post(4, referenced_tweets=[{"type": "quoted", "id": "18"}], in_reply_to_user_id="7")
    pages = [
        a_body(*posts, included=[original]),
        a_body(*map(in_new_words, posts)) | {"includes": {"posts": [in_new_words(original)]}},
        a_body(quote, a_post(5), token="next"),
        a_body(a_post(6))
        | {"errors": [_REFUSAL | {"parameter": "referenced_tweets.id", "resource_type": "tweet"}]},
        a_body(token="next"),
        a_body(),
        {"errors": [_REFUSAL]},
    ]
    if RECORDINGS.exists():
        recorded = json.loads((RECORDINGS / "timeline_page_2021_100_posts.json").read_text(encoding="utf-8"))
        for first in (0, 40, 80):
            pages.append(recorded | {"data": recorded["data"][first : first + 4], "includes": {
                name: items[:6] for name, items in recorded["includes"].items()}})  # fmt: skip
        pages.append(json.loads((RECORDINGS / "retweet_2024_six_metrics.json").read_text(encoding="utf-8")))
    return [json.dumps(page).encode() for page in pages]


def real_look_up() -> bytes:
    """Return the answer to looking two accounts up."""
    profile = {"id": AUTHOR, "username": "NASA", "name": "NASA", "public_metrics": {"followers_count": 5}}
    return json.dumps(
        {"data": [profile | {"created_at": "2007-12-19T20:20:32Z"}], "errors": [_REFUSAL]}
    ).encode()


def changed(body: bytes, chance: Random) -> tuple[bytes, dict[str, str]]:
    """Return an answer with one to four things wrong in its tree, and rarely in its bytes, and its headers."""
    tree = json.loads(body)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        tree = _changed_tree(tree, chance)
    text = json.dumps(tree, ensure_ascii=chance.random() < 0.8)
    for word, written in _WRITTEN.items():
        text = text.replace(json.dumps(word), written)
    raw = text.encode("utf-8", "surrogatepass")
    headers = {
        "content-type": chance.choice(["application/json; charset=utf-8", "text/html; charset=latin-1", ""])
    }
    if chance.random() < 0.15:
        return _changed_bytes(raw, chance), headers
    if chance.random() < 0.1:
        return gzip.compress(raw, 1), headers | {"content-encoding": "gzip"}
    return raw, headers


def _changed_tree(tree: Any, chance: Random) -> Any:
    path = chance.choice(list(_paths(tree)))
    if not path:
        return _copy(chance.choice([*ODD, [tree]]))
    *above, last = path
    parent = tree
    for name in above:
        parent = parent[name]
    value = parent[last]
    match chance.randrange(7):
        case 0:
            del parent[last]
        case 1 if isinstance(parent, list):
            parent.insert(chance.randrange(len(parent) + 1), value)
        case 2 if isinstance(parent, dict):
            parent[chance.choice(["id", "text", "x", "\ud800", "referenced_posts", "note_post"])] = (
                parent.pop(last)
            )
        case 3:
            parent[last] = [value]
        case 4:
            parent[last] = _copy(_at(tree, chance.choice(list(_paths(tree)))))
        case _:
            parent[last] = chance.choice(ODD)
    return _copy(tree)  # so that no part stands in two places


def _at(tree: Any, path: Path) -> Any:
    for name in path:
        tree = tree[name]
    return tree


def _copy(tree: Any) -> Any:
    return json.loads(json.dumps(tree))


def _paths(tree: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in inner:
        yield from _paths(value, (*path, name))


def _changed_bytes(raw: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(raw) + 1)
    match chance.randrange(6):
        case 0:
            return raw[:place]
        case 1:
            return b"\xef\xbb\xbf" + raw
        case 2:
            return raw[:place] + bytes([chance.randrange(256)]) + raw[place + 1 :]
        case 3:
            return (
                raw[:place]
                + chance.choice([b"\xff\xfe", b"\xed\xa0\x80", b"[" * 2000, b'"', b"\\"])
                + raw[place:]
            )
        case 4:
            return raw + raw
        case _:
            return chance.choice(
                [
                    b"",
                    b"null",
                    b"[]",
                    b"{}",
                    b"<html>",
                    b"\0" * 50,
                    raw.decode(errors="replace").encode("utf-16"),
                ]
            )
