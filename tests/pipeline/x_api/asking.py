"""Asking X for a page, and X's answers, as these tests share them."""

from collections.abc import Mapping
from typing import Any

import pytest
import requests

from pipeline.errors import AviaryError
from pipeline.window import Window
from pipeline.x_api.client import XApi
from tests.pipeline.given import DAY

WINDOW = Window(DAY, "UTC")


def page(x: XApi, **changes: Any) -> dict[str, Any]:
    """Ask for a page of @nasa's posts of DAY."""
    window = {"start_time": WINDOW.start, "end_time": WINDOW.end}
    return x.timeline_page("nasa", "11348282", **({"max_results": 100} | window | changes))


def failure(x: XApi, **changes: Any) -> AviaryError:
    """Return how asking for a page fails."""
    with pytest.raises(AviaryError) as caught:
        page(x, **changes)
    assert str(caught.value).isprintable()
    return caught.value


def response(status: int, body: bytes = b"{}", headers: Mapping[str, str] = {}) -> requests.Response:
    """Return an answer as requests has it."""
    answer = requests.Response()
    answer.status_code = status
    answer.headers.update(headers)
    answer._content = body
    return answer
