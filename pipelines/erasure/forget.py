"""Forget a customer, and what Stripe says was redacted: the whole of it, from the list to the last old file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from pipelines.erasure import erase, features
from pipelines.erasure.search import Found, find
from pipelines.errors import LakehouseError, SettingsError
from pipelines.flow import entering, ingest
from pipelines.privacy import forgotten as suppression
from pipelines.privacy.forgotten import Entry, Suppression
from pipelines.privacy.ownership import Target

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

CUSTOMER = re.compile(r"cus_[A-Za-z0-9_]+")


@dataclass(frozen=True)
class Erasure:
    """What was erased, or would be.

    Attributes:
        status: planned for a dry run; nothing where there was nothing to forget.
        records: of the person.
        mentions: records of others that named them.
        rows: rows rewritten, by table.
        files: raw files that hold them; these are not changed.
    """

    status: Literal["planned", "forgotten", "nothing"]
    records: int = 0
    mentions: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The erasure as ``vermeil forget --json`` prints it."""
        return asdict(self)


def plan(lake: Lakehouse, customer: str, account: str | None = None) -> Erasure:
    """What :func:`forget` would do. Writes nothing."""
    _check(customer)
    entry = _known(lake, customer, account)
    name = entry.pseudonym if entry and entry.pseudonym else customer
    target = Target(frozenset({customer}), {customer: name}, account)
    found = find(lake, target)
    rows, changed = found.rewritten(target)
    if not rows or (entry and entry.state == "done" and not changed):
        return Erasure("nothing", files=found.files)
    return Erasure("planned", len(found.theirs), len(found.mentions), erase.count(lake, rows), found.files)


def forget(lake: Lakehouse, customer: str, account: str | None = None) -> Erasure:
    """Erase a customer from every layer. Cut anywhere and called again, it completes.

    Call it while holding the lakehouse for writing.

    Args:
        lake: where the tables are.
        customer: Stripe's id, cus_….
        account: only in the records of this account; None for all.

    Raises:
        SettingsError: the id is not one, or the key of the list cannot be read or made.
        LakehouseError: a table still names the customer afterwards.
    """
    _check(customer)
    entering.complete_manifest(lake)
    keyed = Suppression(suppression.key(lake.settings.forget_key_path, make=True))
    entry = _known(lake, customer, account) or Entry(
        account, _pseudonym(lake, keyed, customer), keyed.digest(customer)
    )
    assert entry.pseudonym is not None
    target = Target(frozenset({customer}), {customer: entry.pseudonym}, account)
    return erase_target(lake, target, entry, keyed)


def erase_target(lake: Lakehouse, target: Target, entry: Entry, keyed: Suppression) -> Erasure:
    """Erase a target under its entry of the list, which is made or completed first; see :func:`forget`."""
    found = find(lake, target)
    rows, changed = found.rewritten(target)
    if not rows or (entry.state == "done" and not changed and not erase.still_naming(lake, target)):
        return Erasure("nothing", files=found.files)
    entry = _listed(lake, entry, found, keyed)
    counts = dict(erase.rewrite(lake, rows))
    entry = _made_anew(lake, entry, counts)
    entry = _renamed(lake, target, entry, counts)
    _expunge(lake, entry, counts if target.narrow else None)
    _check_gone(lake, target)
    suppression.save(
        lake.uri, suppression.load(lake.uri).with_entry(replace(entry, state="done", replaced=()))
    )
    return Erasure("forgotten", len(found.theirs), len(found.mentions), counts, found.files)


def unfinished(lake: Lakehouse) -> int:
    """How many erasures were begun and not ended: the same command completes them."""
    return len(suppression.load(lake.uri).pending)


def _check(customer: str) -> None:
    if not CUSTOMER.fullmatch(customer):
        # What was given is not repeated: it may be a name or an address.
        raise SettingsError("that is no customer: give the id that Stripe uses, such as cus_NffrFeUfNV2Hib")


def _known(lake: Lakehouse, customer: str, account: str | None) -> Entry | None:
    listed = suppression.load(lake.uri)
    if not listed.entries:
        return None
    keyed = Suppression(suppression.key(lake.settings.forget_key_path, make=False))
    return listed.of(keyed.digest(customer), account)


def _pseudonym(lake: Lakehouse, keyed: Suppression, customer: str) -> str:
    """One name for one customer, also where two accounts ask one after the other."""
    digest = keyed.digest(customer)
    before = (e.pseudonym for e in suppression.load(lake.uri).entries if e.digest == digest and e.pseudonym)
    return next(before, None) or suppression.new_pseudonym()


def _listed(lake: Lakehouse, entry: Entry, found: Found, keyed: Suppression) -> Entry:
    """The entry with all that was found, on the list before any table is touched."""
    objects = {*entry.objects, *suppression.digests(keyed, found.ids)}
    made = replace(
        entry,
        objects=tuple(sorted(objects)),
        state="pending",
        at=entry.at or datetime.now(UTC).date().isoformat(),
    )
    suppression.save(lake.uri, suppression.load(lake.uri).with_entry(made))
    return made


def _made_anew(lake: Lakehouse, entry: Entry, counts: Mapping[str, int]) -> Entry:
    """Tables of features, which know the person by cards and networks."""
    for name in features.tables(lake, counts):
        entry = _replacing(lake, entry, name)
        features.make_anew(lake, name)
    return entry


def _renamed(lake: Lakehouse, target: Target, entry: Entry, counts: dict[str, int]) -> Entry:
    """Tables that are not made from records one by one and name the customer all the same."""
    for name in erase.still_naming(lake, target):
        entry = _replacing(lake, entry, name)
        renamed = erase.rename(lake, name, target)
        if lake.declaration(name).layer != "gold":  # a plan counts what is made from records alone
            counts[name] = renamed
    return entry


def _replacing(lake: Lakehouse, entry: Entry, name: str) -> Entry:
    """The entry with a table that is about to be replaced: its past has to go, also if this run is cut."""
    entry = replace(entry, replaced=tuple(sorted({*entry.replaced, name})))
    suppression.save(lake.uri, suppression.load(lake.uri).with_entry(entry))
    return entry


def _expunge(lake: Lakehouse, entry: Entry, touched: Mapping[str, int] | None) -> None:
    """Delete the past of all that is made from records: a person may be gone from a table and not from its past."""
    layers = ("bronze", "silver")
    names = [
        table.name for table in lake.tables.values() if table.layer in layers and table.name != ingest.FILES
    ]
    erase.expunge(lake, [*(names if touched is None else touched), *entry.replaced])


def _check_gone(lake: Lakehouse, target: Target) -> None:
    left = erase.still_naming(lake, target)
    if erase.is_in_bronze(lake, target):
        left.append(ingest.RECORDS)
    if left:
        raise LakehouseError(
            f"the customer is still named in {', '.join(left)}. Nothing is lost: run vermeil forget again."
        )
