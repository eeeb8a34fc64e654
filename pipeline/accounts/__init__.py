"""accounts.yaml: its model, and how it is read so that every problem has its line and column."""

from pipeline.accounts.file import load_accounts
from pipeline.accounts.model import Account, AccountsConfig, Kind

__all__ = ["Account", "AccountsConfig", "Kind", "load_accounts"]
