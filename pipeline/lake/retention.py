"""What expires, and when: the rules of the bucket's lifecycle, which the bucket applies on its own.

Which kinds of objects expire is stated in the catalogue: only X's own pages do, after accounts.yaml's
`retention.raw_days`. Older versions, which a bucket with versioning keeps of everything overwritten or deleted, follow:
those of pages at once, others after `OLDER_VERSIONS_DAYS`. The rest stays for good; `spend/`, `outcomes/` and `plans/`
keep a day from being bought twice, `forgotten/` keeps what was forgotten from coming back.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

from pipeline.errors import AviaryError
from pipeline.lake.catalogue import KINDS
from pipeline.lake.client import Lake
from pipeline.lake.kinds import Expiry, Redaction
from pipeline.lake.versions import read_lifecycle, write_lifecycle

log = logging.getLogger(__name__)
OLDER_VERSIONS_DAYS: Final = 30  # to undo a mistake in
_AT_ONCE: Final = 1  # S3's shortest

Rule = dict[str, Any]  # as S3 takes and gives it


def rules(lake_prefix: str, raw_days: int) -> list[Rule]:
    """Return the rules for a lake whose keys in the bucket begin with `lake_prefix`.

    One for each of the lake's own folders: a rule for all of a bucket would reach what others keep in it.
    """
    return [_rule(f"{lake_prefix}{folder}", expires, raw_days) for folder, expires in _own_prefixes().items()]


def _own_prefixes() -> dict[str, Expiry]:
    """Return the prefixes below which all that the lake stores lies, and nothing else does, each with its expiry."""
    pages = {kind.folder: kind.expires for kind in KINDS if kind.redaction is Redaction.RENDERED}
    return {kind.prefix(): kind.expires for kind in KINDS if kind.folder not in pages} | pages


def _rule(prefix: str, expires: Expiry, raw_days: int) -> Rule:
    is_raw = expires is Expiry.RAW_DAYS
    return {
        "ID": f"aviary: {prefix}",
        "Filter": {"Prefix": prefix},
        "Status": "Enabled",
        "Expiration": {"Days": raw_days} if is_raw else {"ExpiredObjectDeleteMarker": True},
        "NoncurrentVersionExpiration": {"NoncurrentDays": _AT_ONCE if is_raw else OLDER_VERSIONS_DAYS},
    }


def merged(existing: Sequence[Rule], wanted: Sequence[Rule], lake_prefix: str) -> list[Rule]:
    """Return a bucket's rules with ours as wanted; those of others stay as and where they are.

    The first release had two rules for the whole lake, one of them for the whole bucket where the lake had no folder of
    its own; they are removed, known by their exact ids.
    """
    replaced = {f"aviary: pages of X in {lake_prefix}raw/", f"aviary: older versions in {lake_prefix}*"}
    ours = {rule["ID"]: rule for rule in wanted}
    kept = [ours.pop(rule.get("ID", ""), rule) for rule in existing if rule.get("ID") not in replaced]
    return [*kept, *ours.values()]


def keep(lake: Lake, raw_days: int) -> bool:
    """Give the bucket the lake's rules if it has others; return whether it has them now.

    Costs one request when nothing changed. Where the bucket refuses, a warning says what to do: no day is lost
    for want of a right that only matters later.
    """
    try:
        existing = read_lifecycle(lake)
        changed = merged(existing["Rules"], rules(lake.prefix, raw_days), lake.prefix)
        if changed != existing["Rules"]:
            write_lifecycle(lake, existing | {"Rules": changed})
            log.info("%s: X's pages now expire after %d days", lake.url, raw_days)
    except AviaryError as error:
        log.warning(
            "retention.raw_days is not applied, so X's pages stay for good: %s; allow s3:GetLifecycleConfiguration and "
            "s3:PutLifecycleConfiguration, or set the rules yourself (docs/operations.md, 'What expires')",
            error,
        )
        return False
    return True
