"""accounts.yaml: what it may say, and how it is read with the place of every problem."""

from pipeline.accounts.file import load_accounts
from pipeline.accounts.model import Account, AccountsConfig, Kind

__all__ = ["Account", "AccountsConfig", "Kind", "load_accounts"]
