"""`./aviary open`: the pages of a private bucket, over real HTTP from real S3, in a real Chromium."""

import gzip
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests
from playwright.sync_api import Browser

from pipeline.cli.open import spans
from pipeline.lake import keys
from pipeline.lake.access import LINK_HOURS, access_to
from pipeline.lake.client import Lake
from pipeline.local.viewer import create_app
from pipeline.sandbox.x.server import serving
from reports import publish
from tests.reports.folder_lake import fill
from tests.reports.world import DAY, TWELVE, world

pytestmark = pytest.mark.slow

YESTERDAY = DAY - timedelta(days=1)
SECRET = "the-secret"


@pytest.fixture
def filled(lake: Lake) -> Lake:
    fill(lake, world(TWELVE[:2], days=3, every_post=True))
    lake.put("spend/month=2026-11.json", b"{}")
    for day in (YESTERDAY, DAY):
        publish(lake, day)
    return lake


@pytest.fixture
def address(filled: Lake) -> Iterator[str]:
    with serving(create_app(filled, SECRET)) as address:
        yield address


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=10, allow_redirects=False)


def test_a_page_comes_as_it_is_stored_with_its_type_and_is_asked_for_again_only_when_it_changed(
    filled: Lake, address: str
) -> None:
    url = f"{address}/{SECRET}/reports/index.html"
    answer = get(url)
    assert (answer.status_code, answer.text) == (200, filled.get(keys.REPORTS_INDEX).decode())
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    again = get(url, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    publish(filled, DAY - timedelta(days=2))
    changed = get(url, **{"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200


def test_a_client_that_takes_no_gzip_gets_none(filled: Lake, address: str) -> None:
    answer = get(f"{address}/{SECRET}/reports/latest.html", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.content == filled.get(keys.REPORTS_LATEST)


def test_the_days_spreadsheet_is_saved_rather_than_shown(address: str) -> None:
    answer = get(f"{address}/{SECRET}/csv/day={DAY}/all-accounts.csv")
    assert answer.content == b"user,text\n"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{DAY}-all-accounts.csv"'


NO_PAGES = (
    "spend/month=2026-11.json",
    "plans/day=2026-11-22.json",
    "reports/days-2026.json",
    "reports/../spend/month=2026-11.json",
    "reports/%2e%2e/spend/month=2026-11.json",
    "reports/..%2fspend%2fmonth=2026-11.json",
    "reports/2026-11-22/../../plans/day=2026-11-22.json",
    "reports//index.html",
    "reports/index.html%00",
    "reports/2026-11-22/account-..html",
    "csv/day=2026-11-22/stadiumfc.csv",
    "daily/day=2026-11-22/rollup.parquet",
    "reports/",
)


def test_nothing_but_pages_is_served(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    for path in NO_PAGES:
        # By hand, because a client would tidy the path up.
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(
                f"GET /{SECRET}/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
            )
            answer = b""
            while part := connection.recv(65536):
                answer += part
        assert answer.split()[1] == b"404", path
        assert answer.endswith(b"there is no such page"), path


def test_without_the_secret_there_is_nothing(address: str) -> None:
    for path in ("", "reports/index.html", "wrong/reports/index.html", f"{SECRET}x/reports/index.html"):
        assert get(f"{address}/{path}").status_code == 404


def test_a_page_that_took_our_addresss_name_is_refused(address: str) -> None:
    url = f"{address}/{SECRET}/reports/index.html"
    assert get(url, Host="evil.example").status_code == 400
    assert get(url, Host="localhost").status_code == 200


def test_pages_are_only_read(filled: Lake, address: str) -> None:
    url = f"{address}/{SECRET}/reports/index.html"
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert requests.request(method, url, timeout=10).status_code == 405
    head = requests.head(url, timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    assert filled.exists(keys.REPORTS_INDEX)


def test_a_missing_page_and_a_lake_that_does_not_answer_are_reported(
    filled: Lake, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = get(f"{address}/{SECRET}/reports/2020-01-01/index.html")
    assert (missing.status_code, missing.text) == (
        404,
        f"there is no reports/2020-01-01/index.html in {filled.url}",
    )
    monkeypatch.setattr(filled, "bucket", "not-there")
    broken = get(f"{address}/{SECRET}/reports/index.html")
    assert broken.status_code == 502
    assert broken.text.startswith("cannot read s3://not-there/")


@pytest.mark.slow
def test_chromium_walks_from_the_index_to_a_day_to_the_day_before_and_to_an_account(
    browser: Browser, address: str
) -> None:
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/{SECRET}/")
    page.wait_for_url("**/reports/index.html")
    page.locator(f"a[href='{DAY}/index.html']").last.click()
    page.wait_for_url(f"**/{DAY}/index.html")
    page.locator("[rel=prev]").click()
    page.wait_for_url(f"**/{YESTERDAY}/index.html")
    assert page.locator("h1").inner_text() == "Saturday 21 November 2026"
    page.get_by_role("link", name="@stadiumfc").click()
    page.wait_for_url("**/account-stadiumfc.html")
    page.get_by_role("link", name="All days").click()
    page.wait_for_url(f"**/reports/{YESTERDAY.year}.html#d-{YESTERDAY}")
    page.locator("#theme").click()
    assert said == []
    page.close()


def pipeline(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def browsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes down which address it was given."""
    record = tmp_path / "browsed"
    script = tmp_path / "browser.py"
    script.write_text(f"import sys; open({str(record)!r}, 'w').write(sys.argv[1])\n", encoding="utf-8")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {script} %s")
    return record


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ((), keys.REPORTS_INDEX),
        (("--day", str(DAY)), keys.report(DAY)),
        (("--week", "2026-W47"), "reports/week=2026-W47/index.html"),
        (("--month", "2026-10"), "reports/month=2026-10/index.html"),
    ],
)
def test_the_command_opens_the_browser_serves_and_ends_by_ctrl_c(
    filled: Lake, browsed: Path, arguments: tuple[str, ...], key: str
) -> None:
    if "--month" in arguments:
        filled.put_html(key, filled.get("reports/week=2026-W47/index.html").decode())
    command = [sys.executable, "-m", "pipeline", "open", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as opened:
        assert opened.stdout is not None
        assert opened.stderr is not None
        address = opened.stdout.readline().strip()
        assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/[\w-]{{22}}/{key}", unquote(address))
        said = f"serving the reports of {filled.url} to this machine only; press ctrl-c to stop\n"
        assert opened.stderr.readline() == said
        assert get(address).text == filled.get(key).decode()
        opened.send_signal(signal.SIGINT)
        assert (opened.wait(60), opened.stderr.read()) == (0, "")
    assert browsed.read_text() == address


def test_open_says_which_page_of_a_week_or_month_is_missing_and_what_makes_it(filled: Lake) -> None:
    for unit, name in (("week", "2026-W46"), ("month", "2026-11")):
        ended = pipeline("open", f"--{unit}", name)
        said = f"there is no page of {name} in {filled.url}; make it: ./aviary report --{unit} {name}\n"
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", said)
    ended = pipeline("open", "--week", "47")
    assert (ended.returncode, ended.stderr) == (
        2,
        "--week '47' is not a week in which X can have posts; write it like 2026-W47\n",
    )
    ended = pipeline("open", "--week", "2026-W47", "--day", str(DAY))
    assert ended.returncode == 2
    assert "write only one of --day, --week and --month" in ended.stderr


def test_a_link_to_one_report_opens_with_nothing_else(filled: Lake) -> None:
    ended = pipeline("open", "--link")
    assert ended.returncode == 0, ended.stderr
    link = ended.stdout.strip()
    assert f"X-Amz-Expires={LINK_HOURS * 3600}" in link
    assert get(link).text == filled.get(keys.report(DAY)).decode()
    assert (
        f"the link opens the report of {DAY} for 72 hours, for anyone who has it; the page's own links do not work"
        in ended.stderr
    )
    assert "temporary" not in ended.stderr
    ended = pipeline("open", "--link", "--day", str(YESTERDAY))
    assert f"reports/{YESTERDAY}/index.html?" in ended.stdout


def test_a_link_made_with_temporary_credentials_says_that_it_expires_with_them(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not access_to(filled).temporary
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session")
    assert access_to(Lake(filled.url)).temporary


def test_before_the_first_report_and_for_a_day_without_one_the_line_says_what_there_is(lake: Lake) -> None:
    ended = pipeline("open")
    said = f"there is no report in {lake.url} yet; run a day first: ./aviary run --day DAY\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", said)
    fill(lake, world(TWELVE[:1], days=3, every_post=True))
    for day in (YESTERDAY, DAY):
        publish(lake, day)
    ended = pipeline("open", "--day", "2026-11-30")
    said = (
        f"there is no report for 2026-11-30 in {lake.url}; there are reports for 2026-11-21 to 2026-11-22\n"
    )
    assert (ended.returncode, ended.stderr) == (1, said)


def test_an_invalid_day_and_a_missing_bucket_start_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pipeline("open", "--day", "yesterday").returncode == 2
    monkeypatch.setenv("AVIARY_LAKE", "s3://no-such-bucket")
    assert pipeline("open").returncode == 2


def test_days_are_listed_as_spans() -> None:
    days = [date(2026, 11, day) for day in (1, 2, 3, 5, 7, 8, 10, 12, 14, 15)]
    assert spans(days[:4]) == "2026-11-01 to 2026-11-03, 2026-11-05"
    assert spans(days).startswith("earlier days, 2026-11-05, 2026-11-07 to 2026-11-08, ")


def test_pages_are_stored_compressed(filled: Lake) -> None:
    """What the viewer hands on; a browser that reads S3 itself undoes it, too."""
    stored = filled.find(keys.report(DAY))
    assert stored is not None
    assert gzip.decompress(stored.stored) == filled.get(keys.report(DAY))
