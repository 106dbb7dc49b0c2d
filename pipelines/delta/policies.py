"""How large a table's files are to be, and how long what it replaced is kept: by layer, as the settings change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from pipelines.errors import SettingsError
from pipelines.table import Table

MEBIBYTE = 1 << 20
DAY = 24


@dataclass(frozen=True)
class Policy:
    """What is kept of a table, and how it is laid out.

    Attributes:
        target_mebibytes: size of the files that small ones are put together to.
        keep_hours: how long a version that was replaced can still be read: for time travel, for restore, and for
            whoever is still reading it.
        log_hours: how long the log of such versions, which says what was done when, is kept; not less than they.
    """

    target_mebibytes: int = 128
    keep_hours: int = 7 * DAY
    log_hours: int = 30 * DAY

    @property
    def target_bytes(self) -> int:
        """The size of files in bytes."""
        return self.target_mebibytes * MEBIBYTE


POLICIES: Mapping[str, Policy] = {
    # Raw payloads are read in order of arrival, and large files are read faster.
    "bronze": Policy(target_mebibytes=256),
    # Rows are corrected in silver and days replaced in gold: small files cost less to write again.
    "silver": Policy(target_mebibytes=32),
    "gold": Policy(target_mebibytes=32),
}
"""Policies by layer. ``VERMEIL_MAINTENANCE`` changes them, for a layer or for a table."""


def policy_of(table: Table, given: Mapping[str, Mapping[str, int]]) -> Policy:
    """The policy of a table: its layer's, with what the settings say of the layer and then of the table.

    Raises:
        SettingsError: the settings say something that no policy has, or of no layer or table.
    """
    policy = POLICIES[table.layer]
    for name in (table.layer, table.name):
        policy = replace(policy, **given.get(name, {}))
    return replace(policy, log_hours=max(policy.log_hours, policy.keep_hours))


def check_policies(given: Mapping[str, Mapping[str, int]], tables: Mapping[str, Table]) -> None:
    """See that settings name layers or tables, and what policies have.

    Raises:
        SettingsError: they do not.
    """
    known = [field.name for field in fields(Policy)]
    for name, values in given.items():
        if name not in POLICIES and name not in tables:
            raise SettingsError(
                f"VERMEIL_MAINTENANCE: no layer or table {name!r}; there are {', '.join((*POLICIES, *tables))}"
            )
        for key, value in values.items():
            if key not in known or value < 1:
                raise SettingsError(
                    f"VERMEIL_MAINTENANCE: {name}: {key} = {value}: use whole numbers from 1 of {', '.join(known)}"
                )
