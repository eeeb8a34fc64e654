"""What a post holds besides its words: hashtags, mentions, links, the formats of what is attached. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.text import printable

_MEDIA_PREFIXES = {"3": "photo", "7": "video", "13": "video", "16": "animated_gif"}  # of media keys


def note_of(post: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the long form of a post, in either vocabulary; empty where it has none."""
    note = post.get("note_tweet") or post.get("note_post")
    return note if isinstance(note, dict) else {}


def entities_of(
    text: Any, own: Mapping[str, Any], note: Mapping[str, Any], original: Mapping[str, Any] | None
) -> dict[str, list[str]]:
    """Return the hashtags, mentions and links of a post and its long form.

    A retweet's own are cut with its text: they come from the original, after the mention of whom it is by.
    """
    if original is None:
        sources, by = [own, note.get("entities")], []
    else:
        sources = [original.get("entities"), note_of(original).get("entities")]
        author = text.partition(": ")[0].removeprefix("RT @").lower() if isinstance(text, str) else ""
        by = [name for name in _entity_values([own], "mentions", "username") if name.lower() == author]
    if not any(sources):  # most posts have none
        return {"hashtags": [], "mentions": by, "urls": []}
    mentions = _entity_values(sources, "mentions", "username")
    return {
        "hashtags": _entity_values(sources, "hashtags", "tag"),
        "mentions": list(dict.fromkeys([*by, *mentions])),
        "urls": _entity_values(sources, "urls", "expanded_url", "url"),
    }


def _entity_values(entities: Iterable[Any], group: str, *names: str) -> list[str]:
    """Return the distinct values of a group of entities, in order of appearance."""
    values: dict[str, None] = {}
    for source in entities:
        entries = source.get(group) if isinstance(source, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            found = [
                entry[name] for name in names if isinstance(entry, dict) and isinstance(entry.get(name), str)
            ]
            values |= dict.fromkeys(printable(value) for value in found[:1])
    return list(values)


def media_of(*attachments: Any) -> list[str]:
    """Return the formats of what is attached, each once: the prefix of a media key tells, without an expansion."""
    if not any(attachments):
        return []
    keys = [each.get("media_keys") for each in attachments if isinstance(each, dict)]
    texts = [key for each in keys if isinstance(each, list) for key in each if isinstance(key, str)]
    formats = [_MEDIA_PREFIXES.get(key.partition("_")[0]) for key in texts]
    return list(dict.fromkeys(found for found in formats if found))
