"""Which finished days are still as they were made: told by lists of the day's folders, without reading an object."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.raw import page_names
from pipeline.lake.records import DaySettings, MadeFrom, Manifest, Outcome
from pipeline.lake.stored import ObjectEntry

_MADE = (catalogue.POSTS, catalogue.ACCOUNT_CSV, catalogue.QUARANTINE)
_PAGES = (catalogue.RAW_PAGE, catalogue.REFETCHED_PAGE)
_Stored = Mapping[str, ObjectEntry]  # by key


def unchanged_accounts(
    lake: Lake, day: date, outcomes: Mapping[str, Outcome], settings: Mapping[str, DaySettings], maker: str
) -> set[str]:
    """Return the accounts, by lower-case handle, whose day would be made again to the very same bytes.

    `settings` are those to make it by, and `maker` stands for the code (see `pipeline.transform.maker`). Four lists,
    however many accounts, and a manifest for each that was read more than once; nothing where nothing was made yet.
    """
    made = {
        account: (outcome, outcome.made_from)
        for account, outcome in outcomes.items()
        if outcome.made_from and outcome.status.has_posts and account in settings
    }
    if not made:
        return set()
    raw = _raw_by_account(lake, day)
    stored = {key: entry for kind in _MADE for key, entry in lake.entries(kind.prefix(day=day)).items()}
    return {
        account
        for account, (outcome, made_from) in made.items()
        if _is_intact(outcome, keys.quarantine(day, account), stored)
        and (made_from.settings, made_from.maker) == (settings[account].fingerprint, maker)
        and _is_current(lake, day, account, made_from, raw[account])
    }


def _raw_by_account(lake: Lake, day: date) -> Mapping[str, _Stored]:
    by_account: dict[str, dict[str, ObjectEntry]] = defaultdict(dict)
    for key, entry in lake.entries(catalogue.RAW_MANIFEST.prefix(day=day)).items():
        if account := catalogue.account_of(key):
            by_account[account][key] = entry
    return by_account


def _is_intact(outcome: Outcome, quarantine: str, stored: _Stored) -> bool:
    """Whether all that was made lies in the lake, and no older quarantine beside it."""
    return all(stored.get(key) == entry for key, entry in outcome.made.items()) and (
        quarantine in outcome.made or quarantine not in stored
    )


def _is_current(lake: Lake, day: date, account: str, made_from: MadeFrom, raw: _Stored) -> bool:
    """Whether it was made of the pages that lie in `raw/`; what has expired cannot differ.

    What earlier days brought is written before the day is finished, and not after.
    """
    if keys.raw_manifest(day, account) not in raw:
        return True
    listed = [entry.etag for key, entry in raw.items() if any(kind.fields(key) for kind in _PAGES)]
    if sorted(listed) == sorted(made_from.pages):
        return True
    # Pages of several readings lie there: only the manifest tells which of them are the day.
    manifest = lake.find_model(keys.raw_manifest(day, account), Manifest)
    names = page_names(day, account, manifest) if manifest else ()
    found = (raw.get(f"{keys.raw_folder(day, account)}{name}") for name in names)
    return [entry.etag for entry in found if entry] == list(made_from.pages)
