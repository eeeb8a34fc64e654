"""How a request reaches X: the host, the token, and an end to every wait."""

import io
import time
import zlib
from typing import Any

import requests
import tweepy
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from pipeline import clock
from pipeline.settings import is_loopback
from pipeline.x_api.unpacking import ENCODINGS, Unpacker

TWEEPY_HOST = "https://api.twitter.com"  # a constant inside tweepy
TIMEOUT = (5.0, 30.0)  # seconds to connect, and between two bytes
WHOLE_ANSWER = 60.0  # seconds for all of it: a byte now and then must not hold a worker for ever
AS_SENT = 16_000_000  # bytes of an answer; a page of 100 long posts has a few at most
UNPACKED = 64_000_000
REFUSED_LOCATION = "Refused-Location"  # where a redirect would have led
CONNECTIONS = 16  # kept open; more requests than this are never under way in one process
_AT_ONCE = 65_536


class AnswerTooLarge(requests.RequestException):
    """An answer is over its limit, which is the message."""


class Transport(HTTPAdapter):
    """Sends tweepy's requests to another host, with the token and the limits of time and size.

    The token is put in here and nowhere else: tweepy logs its headers at DEBUG, so it never gets the token. A redirect
    would take it along, so none is followed.
    An error's body is left to `problems`: tweepy reads it too, and trips over what is not as it expects.
    """

    def __init__(self, base_url: str, token: str) -> None:
        super().__init__(pool_connections=4, pool_maxsize=CONNECTIONS, pool_block=True)
        self._base_url = base_url.rstrip("/")
        self._token = token

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and return its whole answer, or a redirect without its address.

        Raises as requests does, `AnswerTooLarge`, and `tweepy.HTTPException` for an error.
        """
        request.url = self._base_url + (request.url or "").removeprefix(TWEEPY_HOST)
        request.headers["Authorization"] = f"Bearer {self._token}"
        request.headers["Accept-Encoding"] = ENCODINGS
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
        redirects = 300 <= response.status_code < 400
        if redirects:
            response.headers[REFUSED_LOCATION] = response.headers.pop("Location", "")
        body = _read(response.raw, deadline)
        response.raw = io.BytesIO(b"" if redirects else body)
        if not response.ok:
            raise tweepy.HTTPException(response, response_json={})
        return response


def _read(raw: urllib3.HTTPResponse, deadline: float) -> bytes:
    """Return the body, unpacked.

    Raises `requests.Timeout` past the deadline, `AnswerTooLarge`, and other `requests.RequestException`s when it breaks
    off or is not packed as it says.
    """
    parts: list[bytes] = []
    sent, room = 0, UNPACKED
    try:
        unpacker = Unpacker(raw.headers.get("content-encoding", ""))
        while part := raw.read1(_AT_ONCE, decode_content=False):
            sent += len(part)
            parts.append(unpacker.unpack(part, room))
            room -= len(parts[-1])
            if sent > AS_SENT:
                raise AnswerTooLarge(f"{AS_SENT // 1_000_000} MB")
            if room < 0:
                raise AnswerTooLarge(f"{UNPACKED // 1_000_000} MB unpacked")
            if time.monotonic() > deadline:
                raise requests.Timeout("the answer came too slowly")
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.Timeout(str(error)) from None
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(str(error)) from None
    except (ValueError, zlib.error) as error:
        raise requests.exceptions.ContentDecodingError(str(error)) from None
    finally:
        if not raw.closed:  # cut short: what is left of it must not be the next answer's beginning
            raw.close()
        raw.release_conn()
    return b"".join(parts)
