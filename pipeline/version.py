"""The version of Aviary. Distributions, `--version` and the report's foot take it from here."""

from typing import Final

VERSION: Final = "0.1.0"
