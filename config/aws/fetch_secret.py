"""Writes the secret that AVIARY_SECRET names to a file that systemd reads: `python fetch_secret.py FILE`.

The secret is JSON, an object of environment variables: {"X_BEARER_TOKEN": "..."}. Empty ones are left out.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def environment_file(secret: str) -> str:
    """Return a secret's text as lines of an environment file. Raises `ValueError`, which quotes no value."""
    try:
        found: Any = json.loads(secret)
    except ValueError:
        raise ValueError('it is no JSON; write {"X_BEARER_TOKEN": "..."}') from None
    if not isinstance(found, dict):
        raise ValueError('it is no JSON object; write {"X_BEARER_TOKEN": "..."}')
    return "".join(_line(name, value) for name, value in found.items() if value != "")


def _line(name: str, value: Any) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of an environment variable; write it like X_BEARER_TOKEN")
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"the value of {name} must be a text on one line")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'{name}="{escaped}"\n'


def write(file: Path, text: str) -> None:
    """Write a file that only its owner may read, at once."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as output:
        output.write(text)
    part.replace(file)


def main() -> None:
    """Fetch the secret; ends with one line about what is wrong."""
    name, file = os.environ.get("AVIARY_SECRET", ""), Path(sys.argv[1])
    if not name:
        sys.exit("AVIARY_SECRET is not set; set it to the secret's name or ARN in /etc/aviary/environment")
    try:
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        write(file, environment_file(secret))
    except (BotoCoreError, ClientError, KeyError) as error:
        sys.exit(
            f"the secret {name} cannot be read: {error}; it must be a text that the machine's role may read"
        )
    except ValueError as error:
        sys.exit(f"the secret {name} cannot be used: {error}")


if __name__ == "__main__":
    main()
