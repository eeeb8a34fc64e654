"""What expires, and when: the rules of the bucket's lifecycle, which the bucket applies on its own.

Here and nowhere else. Only X's own pages expire, after accounts.yaml's `retention.raw_days`. Older versions, which a
bucket with versioning keeps of everything overwritten or deleted, follow: those of pages at once, others after
`OLDER_VERSIONS_DAYS`. The rest stays for good; `spend/`, `outcomes/` and `plans/` keep a day from being bought twice,
`forgotten/` keeps what was forgotten from coming back.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

from pipeline.errors import AviaryError
from pipeline.lake.client import Lake
from pipeline.lake.versions import read_lifecycle, write_lifecycle

log = logging.getLogger(__name__)
OLDER_VERSIONS_DAYS: Final = 30  # to undo a mistake in
_AT_ONCE: Final = 1  # S3's shortest

Rule = dict[str, Any]  # as S3 takes and gives it


def rules(prefix: str, raw_days: int) -> list[Rule]:
    """Return the rules for a lake whose keys in the bucket begin with `prefix`."""
    return [
        {
            "ID": f"aviary: pages of X in {prefix}raw/",
            "Filter": {"Prefix": f"{prefix}raw/"},
            "Status": "Enabled",
            "Expiration": {"Days": raw_days},
            "NoncurrentVersionExpiration": {"NoncurrentDays": _AT_ONCE},
        },
        {
            "ID": f"aviary: older versions in {prefix}*",
            "Filter": {"Prefix": prefix},
            "Status": "Enabled",
            "Expiration": {"ExpiredObjectDeleteMarker": True},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLDER_VERSIONS_DAYS},
        },
    ]


def merged(existing: Sequence[Rule], wanted: Sequence[Rule]) -> list[Rule]:
    """Return a bucket's rules with ours as wanted; whatever else there is stays as it is, where it is."""
    ours = {rule["ID"]: rule for rule in wanted}
    kept = [ours.pop(rule.get("ID", ""), rule) for rule in existing]
    return [*kept, *ours.values()]


def keep(lake: Lake, raw_days: int) -> bool:
    """Give the bucket the lake's rules if it has others; return whether it has them now.

    Costs one request when nothing changed. Where the bucket refuses, a warning says what to do: no day is lost
    for want of a right that only matters later.
    """
    try:
        existing = read_lifecycle(lake)
        changed = merged(existing["Rules"], rules(lake.prefix, raw_days))
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
