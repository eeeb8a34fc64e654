"""What a spreadsheet makes of the CSV: LibreOffice opens it, in several countries, and says what each cell became."""

import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.transform.spreadsheet import COLUMNS, to_csv
from tests.pipeline.given import stored_posts

pytestmark = pytest.mark.slow

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Microsoft's numbers of languages, by which LibreOffice is told how to read numbers and dates.
COUNTRIES = {
    "English": 1033,
    "German": 1031,
    "French": 1036,
    "Spanish": 3082,
    "Swedish": 1053,
    "Japanese": 1041,
}
COMMA, SEMICOLON = 44, 59

HANDLES = ["1729", "007", "1e5", "12e10", "true", "sept2", "2dec", "nov26", "mar_1", "_1", "nasa"]
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\u00a0=1", "\u200b=1", "\ufeff=1", "＝1", "＋1",
    "=cmd|'/c calc'!A1", "-2+3+cmd|'/c calc'!A0", '=HYPERLINK("http://x";"y")', "=DDE(\"a\";\"b\";\"c\")",
    "hi;=1+1;bye", 'hi;"=1+1";bye', "hi; =1+1;bye", "hi\n=1+1\nbye", "hi\r=1+1", "hi\t=1+1", ";@SUM(A1)", ";-1+1",
]  # fmt: skip
NUMBERS = [
    "1,5", "1.5", "1 000", "1e5", "1e+5", "1E-5", "(5)", "5%", "1/2", "½", "$5", "5 €", "5 kr", "EUR 5", "12:30",
    "12:30 PM", "2026-11-22", "22.11.2026", "11/22/2026", "Jan 1", "1 Jan", "1. Januar 2026", "1er janvier 2026",
    "March 2026", "Nov-26", "2026-11-22T12:00:00Z", "2026年11月22日", "11月22日", "TRUE", "false", "WAHR", "#N/A",
    "#REF!", "1990000000000000001",
]  # fmt: skip
PLAIN = ["Two\nlines", 'He said "no"', "a,b;c|d", "Ünïcödé 🐦", "x" * 25_000]


@dataclass(frozen=True)
class Cell:
    """What became of a cell: what it is taken for, whether it runs, what it shows."""

    kind: str | None
    formula: str | None
    shown: str


def opened(csv: bytes, folder: Path, *, separator: int = COMMA, language: int = 1033) -> list[list[Cell]]:
    """Return the rows that LibreOffice Calc makes of a CSV."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed: apt install libreoffice-calc-nogui")
    (folder / "posts.csv").write_bytes(csv)
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    # Separator, quote, UTF-8, first line, column formats, language.
    command += [f"--infilter=CSV:{separator},34,76,1,,{language}", "--convert-to", "ods"]
    command += ["--outdir", str(folder), str(folder / "posts.csv")]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    with zipfile.ZipFile(folder / "posts.ods") as document:
        content = ElementTree.fromstring(document.read("content.xml"))
    return [cells(row) for row in content.iter(f"{_TABLE}table-row")]


def cells(row: ElementTree.Element) -> list[Cell]:
    found = []
    for cell in row:
        lines = ["".join(paragraph.itertext()) for paragraph in cell.findall(f"{_TEXT}p")]
        made = Cell(cell.get(f"{_OFFICE}value-type"), cell.get(f"{_TABLE}formula"), "\n".join(lines))
        found += [made] * min(int(cell.get(f"{_TABLE}number-columns-repeated", 1)), len(COLUMNS))
    return found


def column(rows: list[list[Cell]], name: str) -> list[Cell]:
    place = [cell.shown for cell in rows[0]].index(name)
    return [row[place] for row in rows[1:]]


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_text_stays_the_text_it_is(country: str, tmp_path: Path) -> None:
    texts = FORMULAS + NUMBERS + PLAIN
    rows = opened(
        to_csv(stored_posts(*({"text": text} for text in texts))), tmp_path, language=COUNTRIES[country]
    )

    assert len(rows) == 1 + len(texts)
    for text, cell in zip(texts, column(rows, "text"), strict=True):
        assert (cell.kind, cell.formula) == ("string", None), text
    for text, cell in zip(PLAIN, column(rows, "text")[-len(PLAIN) :], strict=True):
        assert cell.shown == text


def test_ids_keep_every_digit_and_handles_every_sign(tmp_path: Path) -> None:
    ids = [str(1990000000000000001 + number) for number in range(len(HANDLES))]
    rows = opened(
        to_csv(
            stored_posts(
                *({"account": handle, "post_id": id_} for handle, id_ in zip(HANDLES, ids, strict=True))
            )
        ),
        tmp_path,
    )

    assert [cell.shown.removeprefix("'") for cell in column(rows, "user")] == HANDLES
    assert [cell.shown.removeprefix("'") for cell in column(rows, "post_id")] == ids
    assert {cell.kind for cell in column(rows, "user") + column(rows, "post_id")} == {"string"}
    assert column(rows, "user")[-1].shown == "nasa"


def test_counts_are_numbers_and_the_first_five_columns_the_original_ones(tmp_path: Path) -> None:
    rows = opened(to_csv(stored_posts({"like_count": 1234567, "compound": -0.5})), tmp_path)

    assert [cell.shown for cell in rows[0]][:5] == [
        "user",
        "text",
        "favorite_count",
        "retweet_count",
        "created_at",
    ]
    [likes], [compound] = column(rows, "favorite_count"), column(rows, "compound")
    assert (likes.kind, likes.shown) == ("float", "1234567")
    assert (compound.kind, compound.shown) == ("float", "-0.5")


def test_opened_where_semicolons_separate_columns_nothing_runs_either(tmp_path: Path) -> None:
    csv = to_csv(stored_posts(*({"text": text, "urls": [text]} for text in FORMULAS + NUMBERS + PLAIN)))
    for row in opened(csv, tmp_path, separator=SEMICOLON, language=COUNTRIES["German"]):
        assert [cell for cell in row if cell.formula] == []


def test_what_would_happen_without_the_apostrophes(tmp_path: Path) -> None:
    """LibreOffice would run it: else the tests above could not fail."""
    rows = opened(b"text\r\n=1+1\r\n1990000000000000001\r\n", tmp_path)
    assert rows[1][0].formula is not None
    assert rows[2][0].kind == "float"
