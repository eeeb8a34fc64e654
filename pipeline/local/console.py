"""What commands print for people while they work."""

from typing import Final

from rich.console import Console

ERRORS: Final = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
