"""What `make demo` leaves on disk, to be opened without a server."""

from pathlib import Path

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.local.demo import copy_pages
from tests.pipeline.given import DAY


def test_the_pages_and_the_spreadsheets_they_link_to_are_copied_and_nothing_else(
    lake: Lake, tmp_path: Path
) -> None:
    linked = [keys.REPORTS_INDEX, keys.report(DAY), keys.all_accounts_csv(DAY)]
    for key in [*linked, keys.posts(DAY, "nasa"), keys.plan(DAY)]:
        lake.put(key, key.encode())

    assert copy_pages(lake, tmp_path) == len(linked)

    copied = {
        str(file.relative_to(tmp_path)): file.read_text() for file in tmp_path.rglob("*") if file.is_file()
    }
    assert copied == {key: key for key in linked}
