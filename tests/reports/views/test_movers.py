"""The bars of what moved the total, in words."""

from dataclasses import replace

import polars as pl

from reports.views.movers import movers
from tests.reports.rendered import figures_of
from tests.reports.world import world


def test_where_groups_are_shown_each_leads_to_its_page_and_the_note_says_why() -> None:
    figures = figures_of(world())
    by_group = pl.DataFrame(
        [
            {"group": "shops", "accounts": 660, "change": 9_000.0},
            {"group": None, "accounts": 10, "change": 500.0},
            {"group": "banks", "accounts": 330, "change": -4_000.0},
        ]
    ).select(
        *(
            pl.col(name) if name in ("group", "accounts", "change") else pl.lit(None).alias(name)
            for name in figures.movers.columns
        )
    )
    found = movers(replace(figures, movers=by_group))
    assert found is not None
    assert found.by == "group"
    assert [(bar.name, bar.group and bar.group.name, bar.change) for bar in found.movers] == [
        ("shops", "shops", "+9.0k"),
        ("banks", "banks", "−4.0k"),
        ("10 accounts of other groups or none", None, "+500"),
    ]
    assert found.note.startswith("No few accounts made the change, so it is shown by group. Together +5.5k ")
