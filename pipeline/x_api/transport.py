"""How a request reaches X: the host, the token, and an end to every wait."""

import io
import time
from typing import Any

import requests
import tweepy
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from pipeline import clock
from pipeline.settings import is_loopback

TWEEPY_HOST = "https://api.twitter.com"  # a constant inside tweepy
TIMEOUT = (5.0, 30.0)  # seconds to connect, and between two bytes
WHOLE_ANSWER = 60.0  # seconds for all of it: a byte now and then must not hold a worker for ever
CONNECTIONS = 16  # kept open; more requests than this are never under way in one process
_AT_ONCE = 65_536


class Transport(HTTPAdapter):
    """Sends tweepy's requests to another host, with the token and the time limits.

    The token is put in here and nowhere else: tweepy logs its headers at DEBUG, so it never gets the token.
    An error's body is left to `problems`: tweepy reads it too, and trips over what is not as it expects.
    """

    def __init__(self, base_url: str, token: str) -> None:
        super().__init__(pool_connections=4, pool_maxsize=CONNECTIONS, pool_block=True)
        self._base_url = base_url.rstrip("/")
        self._token = token

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and return its whole answer. Raises as requests does, `tweepy.HTTPException` for an error."""
        request.url = self._base_url + (request.url or "").removeprefix(TWEEPY_HOST)
        request.headers["Authorization"] = f"Bearer {self._token}"
        # The sandbox answers as of the caller's instant, so that history can be filled day by day.
        frozen = clock.frozen_at()
        if frozen and is_loopback(self._base_url):
            request.headers["X-Aviary-Now"] = frozen.isoformat()
        kwargs["timeout"] = TIMEOUT
        # Those given are for tweepy's host; the sandbox on this machine is reached past any proxy.
        kwargs["proxies"] = get_environ_proxies(request.url)
        kwargs["stream"] = True
        deadline = time.monotonic() + WHOLE_ANSWER
        response = super().send(request, *args, **kwargs)
        response.raw = io.BytesIO(_read(response.raw, deadline))
        if not response.ok:
            raise tweepy.HTTPException(response, response_json={})
        return response


def _read(raw: urllib3.HTTPResponse, deadline: float) -> bytes:
    """Return the body. Raises `requests.Timeout` past the deadline, `requests.ConnectionError` when it breaks off."""
    parts = []
    try:
        while part := raw.read1(_AT_ONCE, decode_content=True):
            parts.append(part)
            if time.monotonic() > deadline:
                raise requests.Timeout("the answer came too slowly")
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.Timeout(str(error)) from None
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(str(error)) from None
    finally:
        if not raw.closed:  # cut short: what is left of it must not be the next answer's beginning
            raw.close()
        raw.release_conn()
    return b"".join(parts)
