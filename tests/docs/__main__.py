"""`make docs`: writes the pages of docs/ that are made from the code."""

from tests.docs.pages import DOCS, PAGES

for name, page in PAGES.items():
    (DOCS / name).write_text(page(), encoding="utf-8")
