"""How a request reaches X: the host, the token, and an end to every wait."""

import io
import time
import zlib
from contextvars import ContextVar
from typing import Any

import requests
import tweepy
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

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
_begun: ContextVar[bool] = ContextVar("begun")  # whether any of the request under way has left this machine


class NeverSent(requests.RequestException):
    """No connection could be made, so that X has received nothing; the message is the kind of failure."""


class AnswerTooLarge(requests.RequestException):
    """An answer is over its limit, which is the message."""


class _Connection(HTTPConnection):
    """Notes when a request begins to be sent: what fails before that has cost nothing."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        _begun.set(True)
        super().request(*args, **kwargs)


class _SecureConnection(HTTPSConnection):
    """The same over TLS, where the connection is made, through a proxy if there is one, before anything is sent."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        _begun.set(True)
        super().request(*args, **kwargs)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


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

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections that tell whether a request was sent."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> urllib3.ProxyManager:
        """Return the pools behind a proxy, with the same connections."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and return its whole answer, or a redirect without its address.

        Raises as requests does, `NeverSent`, `AnswerTooLarge`, and `tweepy.HTTPException` for an error.
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
        _begun.set(False)
        try:
            response = super().send(request, *args, **kwargs)
        except requests.RequestException as error:
            if _begun.get():
                raise
            raise NeverSent(type(error).__name__) from None
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
