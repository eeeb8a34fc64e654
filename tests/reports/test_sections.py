"""Each section has one name in every layer, and what several layers share stands once."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from pipeline.version import VERSION
from reports import charts, render
from reports.figures.alerts import Kind
from reports.figures.metrics import METRICS
from reports.views import alerts, metrics
from reports.views.account import AccountPage
from reports.views.hours import SHADES
from reports.views.report import ReportPage, report_page
from tests.reports.rendered import figures_of
from tests.reports.world import world

REPORTS = Path(render.__file__).parent
STYLE = (REPORTS / "assets" / "report.css").read_text(encoding="utf-8")
TEMPLATES = sorted((REPORTS / "templates").rglob("*.j2"))
LONGEST_LINE = 160
# The masthead shows no figures of its own, and each page lays it out in its blocks `head` and `nav`.
SECTIONS = sorted({field.name for page in (ReportPage, AccountPage) for field in fields(page)} - {"masthead"})


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_has_one_name_in_every_layer(section: str) -> None:
    for file in (f"figures/{section}.py", f"views/{section}.py", f"templates/sections/{section}.html.j2"):
        assert (REPORTS / file).is_file()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_no_line_of_a_template_is_longer_than_a_reader_sees(template: Path) -> None:
    assert max(map(len, template.read_text(encoding="utf-8").splitlines())) <= LONGEST_LINE


def test_a_name_that_is_not_there_is_an_error() -> None:
    environment = render._environment()
    source = (REPORTS / "templates" / "sections" / "tone.html.j2").read_text(encoding="utf-8")
    values = {
        "view": report_page(figures_of(world(days=1))),
        "up": "../",
        "charts": environment.get_template("charts.html.j2").module,
    }
    assert environment.from_string(source).render(values)
    with pytest.raises(UndefinedError, match="notte"):
        environment.from_string(source.replace("view.tone.note", "view.tone.notte")).render(values)


def test_a_page_says_which_version_made_it() -> None:
    page = render.render_report(figures_of(world()), "../")
    assert f"Aviary {VERSION}, schema " in page[page.index("<footer>") :]


def test_every_metric_has_a_name_and_a_switch() -> None:
    assert metrics.NAMES.keys() == metrics.SHORT.keys() == set(METRICS)
    switched = re.findall(r":has\(#m-(\w+):checked\) \.t-(\w+)", STYLE)
    assert switched == [(metric, metric) for metric in METRICS]


def test_every_kind_of_alert_has_its_words() -> None:
    assert alerts._WORDS.keys() == set(Kind)


def test_the_style_sheet_has_the_sizes_that_are_drawn() -> None:
    heights = dict(re.findall(r"^(\.spark|\.tiles \.spark) \{.*?\bheight: (\d+)px", STYLE, re.MULTILINE))
    assert heights == {".spark": str(charts.SPARK_HEIGHT), ".tiles .spark": str(charts.TILE_SPARK_HEIGHT)}
    for shade in range(SHADES + 1):
        for kind in "qd":
            assert f".legend .{kind}{shade} {{" in STYLE
