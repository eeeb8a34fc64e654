"""Settings from the environment and `.env`, checked before anything starts."""

import codecs
import ipaddress
import os
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.errors import ConfigError

X_LIVE_URL = "https://api.x.com"
_QUOTES = "\"'“”‘’"
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of the environment. boto3 reads AWS's own variables itself."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    x_bearer_token: SecretStr = SecretStr("")
    x_api_url: str = X_LIVE_URL
    aviary_lake: str = ""
    aviary_accounts: Path = Path()
    aviary_reports_url: str = ""

    @property
    def accounts_path(self) -> Path:
        """The accounts file: the one that is set, else the one in this folder, else the one of this repository."""
        if self.aviary_accounts != Path():
            return self.aviary_accounts
        here = Path("accounts.yaml")
        return here if here.exists() else ROOT / "accounts.yaml"

    @property
    def sample(self) -> bool:
        """Whether posts come from a server on this machine, which is never X, so that they are sample data."""
        return is_loopback(self.x_api_url)

    def token(self, source: str = "X_BEARER_TOKEN", url_source: str = "X_API_URL") -> str:
        """Return the bearer token.

        `source`, `url_source`: where both come from, for messages. Raises `ConfigError` when the token is not set, is
        malformed, or would be sent in the clear.
        """
        token = self.x_bearer_token.get_secret_value().strip()
        if not token:
            raise ConfigError(
                f"{source} is not set; set it to your X app's bearer token in the environment or in .env, "
                "or try the sandbox: make demo"
            )
        if token[0] in _QUOTES or token[-1] in _QUOTES:
            raise ConfigError(
                f"{source} has quotes around it, which would be sent as part of the token; remove them"
            )
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigError(
                f"{source} contains characters that no token has; copy it again, without quotes or spaces"
            )
        if not self.x_api_url.startswith("https://") and not self.sample:
            raise ConfigError(
                f"{url_source}={self.x_api_url!r} would send the token in the clear; use https://"
            )
        return token

    def lake_url(self) -> str:
        """Return the lake's address. Raises `ConfigError` when none is set."""
        if not self.aviary_lake:
            raise ConfigError(
                "AVIARY_LAKE is not set; set it to the bucket to write to, such as s3://my-bucket/aviary"
            )
        return self.aviary_lake

    def report_url(self, key: str) -> str | None:
        """Return the web address of the page at `key`; None when `AVIARY_REPORTS_URL` is not set."""
        if not self.aviary_reports_url:
            return None
        if not self.aviary_reports_url.startswith(("https://", "http://")):
            raise ConfigError(
                f"AVIARY_REPORTS_URL={self.aviary_reports_url!r} is not a web address; set it to the one that serves "
                "reports/, such as https://reports.example.org/"
            )
        return f"{self.aviary_reports_url.rstrip('/')}/{key.removeprefix('reports/')}"


def load_settings() -> Settings:
    """Return the settings. `.env` adds what the environment does not set, AWS's variables included.

    It is the one in this folder, unless `AVIARY_ENV_FILE` names another: `./aviary` names the repository's where this
    folder has none. The repository's is not read unasked, because tests and sandboxes run in folders without settings.
    """
    load_dotenv(stream=StringIO(_read_env_file(Path(os.environ.get("AVIARY_ENV_FILE") or ".env"))))
    return Settings()


def _read_env_file(file: Path) -> str:
    """Return the text of `.env`, empty when there is none. Raises `ConfigError` when it is not UTF-8 text."""
    try:
        body = file.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}; fix its rights, or remove it") from None
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in body:
        raise ConfigError(f"{file} is UTF-16, as some editors on Windows write; save it again as UTF-8")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file}:{line}: not UTF-8; save the file again as UTF-8") from None


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine."""
    host = None
    try:
        host = urlsplit(url).hostname or ""
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
