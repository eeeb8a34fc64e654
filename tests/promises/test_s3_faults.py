"""S3 misbehaves, and the day still ends in the bytes of an undisturbed one: at once where asking again helps, with the
next run where it does not. Nothing is paid twice."""

import types
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.retries.quota import RetryQuota

from pipeline import run as run_module
from pipeline import run_day
from pipeline.errors import AviaryError
from pipeline.lake import session as lake_session
from pipeline.lake.client import Lake
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, points_at_nothing_missing, write_accounts
from tests.promises.s3_proxy import Asked, Fault, Proxy, proxy_to


@pytest.fixture
def expected(
    environment: dict[str, str], request_stats: RequestStats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The undisturbed day, `spend/` included."""
    write_accounts(tmp_path, monkeypatch)
    url = f"{environment['AVIARY_LAKE']}-undisturbed"
    with monkeypatch.context() as patch:
        patch.setenv("AVIARY_LAKE", url)
        run_day(DAY)
    return etags(Lake(url), without="-")


@pytest.fixture
def proxy(
    expected: dict[str, str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    """All of the run's S3 requests pass here; retries are as many as ever, without the waiting."""
    monkeypatch.setattr("botocore.endpoint.time", types.SimpleNamespace(sleep=lambda _: None))
    # botocore tries no more after a hundred lost answers that ended in a 404: its limit is not what is tried here.
    monkeypatch.setattr(RetryQuota.__init__, "__defaults__", (10_000, None))
    with proxy_to(environment["AWS_ENDPOINT_URL_S3"]) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.address)
        yield proxy


def at_first(fault: Fault, asked: Asked) -> Fault | None:
    """Spoil the first try of every request."""
    again = asked.nth % 2 == 0 if fault == Fault.CUT_ANSWER else asked.attempt > 1
    return None if again else fault


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.RESET, Fault.LOST_ANSWER, Fault.CUT_ANSWER])
def test_every_request_fails_at_first_and_nothing_shows(
    fault: Fault,
    proxy: Proxy,
    expected: dict[str, str],
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault == Fault.LOST_ANSWER:
        # Where another worker writes between a lost answer and the next try, nobody can tell whose the first was: the
        # ledger then counts that reservation twice, as it may. Alone, it is exact.
        monkeypatch.setattr(run_module, "WORKERS", 1)
    paid = {name: request_stats.counts()[name] for name in ("posts", "included", "users")}
    proxy.spoil = lambda asked: at_first(fault, asked)

    run_day(DAY)

    assert etags(lake, without="-") == expected
    assert {name: request_stats.counts()[name] for name in paid} == {name: 2 * paid[name] for name in paid}


def test_no_answer_in_time_is_asked_again(
    proxy: Proxy, expected: dict[str, str], lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each kind of request. A slow machine may time out more often, which changes nothing either."""
    monkeypatch.setattr(
        lake_session, "CLIENT_CONFIG", lake_session.CLIENT_CONFIG.merge(Config(read_timeout=2))
    )
    hung: set[tuple[str, bool]] = set()

    def spoil(asked: Asked) -> Fault | None:
        kind = (asked.method, asked.conditional)
        if kind in hung or (asked.method == "GET" and asked.key.endswith(".parquet")):  # polars is patient
            return None
        hung.add(kind)
        return Fault.HANG

    proxy.spoil = spoil

    run_day(DAY)

    assert hung >= {("GET", False), ("PUT", False), ("PUT", True), ("LIST", False)}
    assert etags(lake, without="-") == expected


def kinds(proxy: Proxy) -> list[tuple[str, str]]:
    """Return the kinds of requests that passed, in order of their first: a method and a folder."""
    return list(
        dict.fromkeys((asked.method, asked.key.split("/")[1]) for asked in proxy.asked if "/" in asked.key)
    )


@pytest.mark.parametrize(
    ("fault", "lasting"),
    [
        pytest.param(Fault.DENIED, False, id="refused once"),
        pytest.param(Fault.SLOW_DOWN, True, id="away until the end"),
    ],
)
def test_where_the_run_ends_the_next_one_ends_in_the_same_bytes(
    fault: Fault,
    lasting: bool,
    proxy: Proxy,
    expected: dict[str, str],
    lake: Lake,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S3 refuses, or is away, from the first request of each kind on."""
    monkeypatch.setattr(run_module, "WORKERS", 1)
    run_day(DAY)
    undisturbed = {key: etag for key, etag in expected.items() if not key.startswith("spend/")}
    # While S3 is away, polars waits before it asks again: one reading must do.
    for kind in [
        kind for kind in kinds(proxy) if not lasting or kind[0] in ("PUT", "DELETE") or kind[1] == "posts"
    ]:
        struck: list[Asked] = []

        def spoil(asked: Asked, kind: tuple[str, str] = kind, struck: list[Asked] = struck) -> Fault | None:
            hit = (asked.method, asked.key.split("/")[1] if "/" in asked.key else "") == kind
            if (lasting and struck) or (hit and (not struck or asked.attempt > 1)):
                struck.append(asked)
                return fault
            return None

        proxy.spoil = spoil
        url = f"{environment['AVIARY_LAKE']}-{'-'.join(kind)}"
        with monkeypatch.context() as patch:
            patch.setenv("AVIARY_LAKE", url)
            with suppress(AviaryError):
                run_day(DAY)
            assert struck, kind
            proxy.spoil = lambda _: None
            points_at_nothing_missing(Lake(url))
            run_day(DAY)
            assert etags(Lake(url)) == undisturbed, kind


def test_a_conditional_write_whose_answer_is_lost_is_known_as_ones_own(
    proxy: Proxy, environment: dict[str, str]
) -> None:
    lake = Lake(environment["AVIARY_LAKE"])
    proxy.spoil = lambda asked: at_first(Fault.LOST_ANSWER, asked)

    assert lake.put_if("spend/x.json", b"1", None)
    assert not lake.put_if("spend/x.json", b"1", None)
    tagged = lake.find("spend/x.json")
    assert tagged is not None
    assert lake.put_if("spend/x.json", b"2", tagged.etag)
    assert not lake.put_if("spend/x.json", b"2", tagged.etag)
    assert lake.get("spend/x.json") == b"2"
