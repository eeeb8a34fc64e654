"""A rendered page as a reader meets it: its parts by class or id, their texts with and without what is hidden."""

from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = ("meta", "link", "input", "br")
_HIDDEN = "vh"


class Part:
    """An element of the page."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.inside: list[Part | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def walk(self) -> Iterator["Part"]:
        """Yield the part and all parts in it, in order."""
        yield self
        for part in self.inside:
            if isinstance(part, Part):
                yield from part.walk()

    def all(self, name: str) -> list["Part"]:
        """Return the parts in it of a tag (`td`), class (`.value`) or id (`#table`)."""
        kind, rest = name[0], name[1:]
        return [
            part
            for part in self.walk()
            if part is not self
            and (
                (kind == "." and rest in part["class"].split())
                or (kind == "#" and rest == part["id"])
                or name == part.tag
            )
        ]

    def one(self, name: str) -> "Part":
        """Return the only such part."""
        (found,) = self.all(name)
        return found

    def section(self, name: str) -> "Part":
        """Return the section of this name."""
        (found,) = (part for part in self.all("section") if part["aria-labelledby"] == f"h-{name}")
        return found

    def without(self, tag: str) -> "Part":
        """Return the part without those of a tag that lie directly in it: a cell without its small print."""
        found = Part(self.tag, self.attributes)
        found.inside = [part for part in self.inside if isinstance(part, str) or part.tag != tag]
        return found

    def texts(self, *, hidden: bool) -> Iterator[str]:
        """Yield the texts in it; the ones that the eye does not see with `hidden`."""
        for part in self.inside:
            if isinstance(part, str):
                yield part
            elif part.tag not in ("style", "script") and (hidden or _HIDDEN not in part["class"].split()):
                yield from part.texts(hidden=hidden)

    @property
    def text(self) -> str:
        """What the eye reads in it, on one line."""
        return " ".join("".join(self.texts(hidden=False)).split())

    @property
    def full_text(self) -> str:
        """What a screen reader reads of it, on one line."""
        return " ".join("".join(self.texts(hidden=True)).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.path = [Part("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            part = self.path[-1].inside[-1]
            assert isinstance(part, Part)
            self.path.append(part)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.path[-1].inside.append(Part(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop().tag == tag, f"</{tag}> does not end what was begun"

    def handle_data(self, data: str) -> None:
        self.path[-1].inside.append(data)


def read(html: str) -> Part:
    """Return a page, which must be well-formed."""
    builder = _Builder()
    builder.feed(html)
    (page,) = builder.path
    return page
