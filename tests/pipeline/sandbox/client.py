"""A client of the sandbox's X API that sends its requests at any instant."""

from collections.abc import Iterator
from typing import Any

import requests

TOKEN = "a-token"
MORNING_AFTER = "2026-11-23T06:00:00Z"
ALL_FIELDS = (
    "created_at,author_id,conversation_id,lang,public_metrics,entities,referenced_tweets,in_reply_to_user_id,"
    "possibly_sensitive,note_tweet,edit_controls,attachments,reply_settings,withheld"
)


class X:
    """A client of one sandbox."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()

    def answer(
        self, path: str, now: str = MORNING_AFTER, token: str = TOKEN, **parameters: Any
    ) -> requests.Response:
        """GET a path; `tweet_fields` stands for `tweet.fields`."""
        query = {name.replace("_fields", ".fields"): value for name, value in parameters.items()}
        headers = {"Authorization": f"Bearer {token}", "X-Aviary-Now": now}
        return self._session.get(self.address + path, params=query, headers=headers, timeout=10)

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """GET a path that must succeed and return its body."""
        answer = self.answer(path, **parameters)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def user_id(self, handle: str) -> str:
        """Return the id of a handle, empty if X does not return it."""
        body = self.get("/2/users/by", usernames=handle)
        return str(body["data"][0]["id"]) if "data" in body else ""

    def timeline(self, handle: str, **parameters: Any) -> dict[str, Any]:
        """Return one page of a timeline."""
        return self.get(f"/2/users/{self.user_id(handle)}/tweets", **parameters)

    def walk(self, handle: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages of a timeline, newest first."""
        path = f"/2/users/{self.user_id(handle)}/tweets"
        page = self.get(path, **parameters)
        yield page
        while token := page["meta"].get("next_token"):
            page = self.get(path, **parameters, pagination_token=token)
            yield page

    def day(self, handle: str, day: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return a UTC day's posts, newest first."""
        window = {"start_time": f"{day}T00:00:00Z", "end_time": f"{day}T23:59:59Z"}
        pages = self.walk(handle, **({"max_results": 100} | window | parameters))
        return [post for page in pages for post in page.get("data", ())]
