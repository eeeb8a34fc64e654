"""X's JSON of invented posts and accounts: only the requested fields, in the request's spelling."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline.sandbox.world.posts import Media, Post
from pipeline.sandbox.world.snowflakes import iso
from pipeline.sandbox.world.timelines import World
from pipeline.sandbox.x.entities import entities
from pipeline.sandbox.x.field_names import NEW_SPELLING
from pipeline.sandbox.x.parameters import FieldSelection
from pipeline.x_api.snowflakes import ms_of

_REFERENCE_TYPES = {"reply": "replied_to", "thread": "replied_to", "quote": "quoted", "retweet": "retweeted"}
_MEDIA_PREFIXES: Mapping[Media, int] = {"photo": 3, "video": 13, "animated_gif": 16}
_HOUR_MS = 3_600_000


def post_body(world: World, post: Post, selection: FieldSelection, now_ms: int) -> dict[str, Any]:
    """Return one post with the requested fields; id, text and edit history always."""
    new = selection.new_spelling
    always = {
        "id": str(post.id),
        "text": post.short_text or post.content.text,
        "edit_history_post_ids" if new else "edit_history_tweet_ids": [
            str(version) for version in post.versions
        ],
    }
    fields = selection.post_fields | _expanded_fields(selection.expansions)
    values = ((name, _FIELDS[name](world, post, now_ms, new)) for name in _FIELDS if name in fields)
    return always | {
        NEW_SPELLING.get(name, name) if new else name: value for name, value in values if value is not None
    }


def _expanded_fields(expansions: frozenset[str]) -> set[str]:
    """Return the fields whose ids are expanded, which X returns even if they are not requested."""
    return {"attachments" if name == "attachments.media_keys" else name.split(".")[0] for name in expansions}


def _replied_to(world: World, post: Post, *_: object) -> str | None:
    return str(world.user_id(post.referenced.author)) if post.referenced and _is_reply(post) else None


def _references(_: World, post: Post, *__: object) -> list[dict[str, str]] | None:
    return [{"type": _REFERENCE_TYPES[post.kind], "id": str(post.referenced.id)}] if post.referenced else None


def _note(world: World, post: Post, *_: object) -> dict[str, Any] | None:
    if post.short_text is None:
        return None
    found = entities(post.content.text, post.content.links, world.user_id)
    return {"text": post.content.text} | ({"entities": found} if found else {})


def _edit_controls(_: World, post: Post, *__: object) -> dict[str, Any]:
    return {
        "edits_remaining": 6 - len(post.versions),
        "is_edit_eligible": post.kind in {"post", "quote"},
        "editable_until": iso(post.at_ms + _HOUR_MS),
    }


def _withheld(_: World, post: Post, *__: object) -> dict[str, Any] | None:
    return {"copyright": False, "country_codes": [post.withheld]} if post.withheld else None


def _entities(world: World, post: Post, *_: object) -> dict[str, Any] | None:
    return entities(post.short_text or post.content.text, post.content.links, world.user_id) or None


def _metrics(_: World, post: Post, now_ms: int, new_spelling: bool) -> dict[str, int]:
    counts = post.counts(now_ms)
    return {
        "repost_count" if new_spelling else "retweet_count": counts.reposts,
        "reply_count": counts.replies,
        "like_count": counts.likes,
        "quote_count": counts.quotes,
        "bookmark_count": counts.bookmarks,
        "impression_count": counts.impressions,
    }


# Each field's value for (world, post, now, new spelling); None if this post does not have it.
_FIELDS: Mapping[str, Callable[[World, Post, int, bool], Any]] = {
    "author_id": lambda world, post, *_: str(world.user_id(post.author)),
    "created_at": lambda _, post, *__: iso(post.at_ms),
    "conversation_id": lambda _, post, *__: str(post.conversation),
    "lang": lambda _, post, *__: post.lang,
    "public_metrics": _metrics,
    "entities": _entities,
    "referenced_tweets": _references,
    "in_reply_to_user_id": _replied_to,
    "possibly_sensitive": lambda _, post, *__: post.sensitive,
    "reply_settings": lambda *_: "everyone",
    "edit_controls": _edit_controls,
    "note_tweet": _note,
    "paid_partnership": lambda _, post, *__: post.paid_partnership,
    "attachments": lambda _, post, *__: (
        {"media_keys": [_media_key(post.id, post.media)]} if post.media else None
    ),
    "withheld": _withheld,
}


def user_body(world: World, handle: str, fields: Iterable[str], now_ms: int) -> dict[str, Any]:
    """Return one account with the requested fields; id, name and username always."""
    persona = world.persona(handle)
    every: Mapping[str, Any] = {
        "created_at": iso(ms_of(world.user_id(handle))),
        "description": persona.description,
        "location": persona.location,
        "protected": False,
        "verified": persona.verified,
        "verified_type": "business" if persona.verified else "none",
        "url": "",
        "profile_image_url": "https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png",
        "public_metrics": {
            "followers_count": world.followers(handle, now_ms),
            "following_count": persona.following,
            "tweet_count": world.post_count(handle, now_ms),
            "listed_count": persona.followers // 900,
            "like_count": persona.following * 7,
            "media_count": world.post_count(handle, now_ms) // 4,
        },
    }
    body = {"id": str(world.user_id(handle)), "name": persona.name, "username": handle}
    return body | {field: every[field] for field in every if field in fields}


def includes(world: World, posts: list[Post], selection: FieldSelection, now_ms: int) -> dict[str, Any]:
    """Return the objects of the requested expansions, each once."""
    found: dict[str, Any] = {}
    expanded = [post.referenced for post in posts if post.referenced is not None and not post.referenced_gone]
    handles: list[str] = []
    if "author_id" in selection.expansions:
        handles += [post.author for post in posts]
    if "in_reply_to_user_id" in selection.expansions:
        handles += [post.referenced.author for post in posts if post.referenced and _is_reply(post)]
    if "referenced_tweets.id.author_id" in selection.expansions:
        handles += [post.author for post in expanded]
    if "entities.mentions.username" in selection.expansions:
        for post in posts:
            mentions = entities(post.content.text, {}, world.user_id).get("mentions", ())
            handles += [mention["username"].lower() for mention in mentions]
    if handles:
        found["users"] = [
            user_body(world, handle, selection.user_fields, now_ms) for handle in dict.fromkeys(handles)
        ]
    if expanded and selection.expands_references:
        found["posts" if selection.new_spelling else "tweets"] = [
            post_body(world, post, selection, now_ms)
            for post in {post.id: post for post in expanded}.values()
        ]
    if "attachments.media_keys" in selection.expansions:
        media = [_media_body(post.id, post.media, selection) for post in posts if post.media]
        if media:
            found["media"] = media
    return found


def _is_reply(post: Post) -> bool:
    return post.kind in {"reply", "thread"}


def _media_key(post_id: int, media: Media) -> str:
    return f"{_MEDIA_PREFIXES[media]}_{post_id - 1}"


def _media_body(post_id: int, media: Media, selection: FieldSelection) -> dict[str, Any]:
    body: dict[str, Any] = {"media_key": _media_key(post_id, media), "type": media}
    sizes = {"width": 1600, "height": 900}
    return body | {field: size for field, size in sizes.items() if field in selection.media_fields}
