"""Writes `config/accounts.schema.json`, with which editors complete and check accounts.yaml during typing.

Run `make schema` after changing `pipeline/accounts/model.py`; a test fails until then.
"""

import json
from datetime import time
from decimal import Decimal
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from pipeline.accounts.model import AccountsConfig
from pipeline.share import percent

SCHEMA_FILE = Path(__file__).parents[2] / "config" / "accounts.schema.json"


class _AsWritten(GenerateJsonSchema):
    """Writes defaults as they appear in the file, and the keys as titles."""

    def encode_default(self, dft: object) -> object:
        match dft:
            case time():
                return f"{dft:%H:%M}"
            case Decimal():
                return float(dft)
            case float():  # shares are the only floats in the model
                return percent(dft)
            case _:
                return super().encode_default(dft)

    def get_title_from_name(self, name: str) -> str:
        return name


def schema() -> JsonSchemaValue:
    """Return the JSON Schema (draft 2020-12) of accounts.yaml."""
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **AccountsConfig.model_json_schema(schema_generator=_AsWritten),
        "title": "accounts.yaml",
    }


def schema_text() -> str:
    """Return the content of `config/accounts.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
