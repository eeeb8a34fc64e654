"""Text that is safe to show and to store, whoever wrote it. Pure."""


def one_line(text: str, limit: int = 500) -> str:
    """Return `text` on one line, without control characters: safe for a terminal, a log and a record."""
    return " ".join(visible(text).split())[:limit]


def visible(text: str) -> str:
    """Return `text` with a space in place of every character that cannot be seen, line breaks included."""
    return "".join(character if character.isprintable() else " " for character in text)


def printable(text: str) -> str:
    """Return `text` with lone surrogates replaced: UTF-8, and so Parquet and polars, cannot hold them."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def inert(text: str, limit: int = 60) -> str:
    """Return text that does nothing to a terminal: control characters as escapes, at most `limit` characters."""
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
