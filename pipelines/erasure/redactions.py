"""After each batch: erase what Stripe says was redacted, and what hangs on people who were forgotten and came again.

Stripe redacts a verification session by itself (``identity.verification_session.redacted``) and everything else by a
redaction job (``privacy.redaction_job.succeeded``, in preview), which lists the objects; a customer then says so in
its ``redaction``. What was recorded before does not change at Stripe's end of the wire: it has to change here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.erasure import forget
from pipelines.flow import ingest
from pipelines.flow.batches import batches, newest
from pipelines.privacy import forgotten as suppression
from pipelines.privacy.forgotten import PSEUDONYM, Entry, Forgotten, Suppression
from pipelines.privacy.ownership import WORD, Target
from pipelines.privacy.records import Json, subject

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

SESSION = "identity.verification_session"
JOB = "privacy.redaction_job"

EVENTS = (f"{SESSION}.redacted", f"{JOB}.succeeded")
"""Events that say that a redaction is done."""

TELLING = (SESSION, JOB, "customer")
"""Types of the objects that say it."""

IDENTITY = frozenset((SESSION, "identity.verification_report"))


@dataclass(frozen=True)
class Redacted:
    """What some records say was redacted, by id.

    Attributes:
        sessions: verification sessions.
        customers: with all that belongs to them.
        objects: other objects, with what depends on them.
    """

    sessions: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()


def sweep(lake: Lakehouse) -> tuple[str, ...]:
    """Erase what the batches since the last sweep ask for; says what was done, and what is left, in sentences.

    Cut and called again, it does the rest. Call it while holding the lakehouse for writing.
    """
    listed = suppression.load(lake.uri)
    last = newest(lake)
    if last <= listed.swept and not listed.pending:
        return ()
    fresh = lake.table(ingest.RECORDS).filter(f"ingest_id > {listed.swept}")
    asked = redacted(fresh) if _may_tell(lake, listed.swept) else Redacted()
    told = tuple(_erased(lake, asked, _returned(fresh, listed)))
    suppression.save(lake.uri, replace(suppression.load(lake.uri), swept=last))
    if cut := forget.unfinished(lake):
        told = (*told, f"{cut} erasures were begun and not ended: give the same vermeil forget again")
    return told


def _may_tell(lake: Lakehouse, after: int) -> bool:
    """Whether some batch after one has an object of a type that may say it, as the manifest tells."""
    fresh = (batch for number, batch in batches(lake).items() if number > after)
    return any(batch.types is None or not batch.types.isdisjoint(TELLING) for batch in fresh)


def redacted(records: DataFrame) -> Redacted:
    """What some bronze records say was redacted."""
    says_so = F.coalesce(F.col("event_type").isin(*EVENTS), F.lit(False))
    # The types first and alone: that keeps row groups of others from being read, with their payloads.
    of_these = records.filter(F.col("object_type").isin(*TELLING)).filter("fault is null")
    rows = of_these.filter(says_so | F.col("payload").contains('"redacted"'))
    found = Redacted()
    for row in (
        rows.select("event_type", "object_type", "object_id", "shape", "payload").toArrow().to_pylist()
    ):
        found = _with(found, row, subject(json.loads(row["payload"]), row["shape"]))
    return found


def _with(found: Redacted, row: dict[str, Any], about: Json) -> Redacted:
    status = about.get("redaction")
    is_redacted = about.get("status") == "redacted" or (
        isinstance(status, dict) and status.get("status") == "redacted"
    )
    match row["object_type"]:
        case "identity.verification_session" if is_redacted or row["event_type"] in EVENTS:
            return replace(found, sessions=found.sessions | {row["object_id"]})
        case "customer" if is_redacted:
            return replace(found, customers=found.customers | _customers([row["object_id"]]))
        case "privacy.redaction_job" if row["event_type"] in EVENTS:
            return _of_job(found, about.get("objects"))
    return found


def _of_job(found: Redacted, objects: Any) -> Redacted:
    """The objects of a redaction job, which lists them by type."""
    lists = objects if isinstance(objects, dict) else {}
    ids = {
        kind: frozenset(filter(_is_id, listed)) for kind, listed in lists.items() if isinstance(listed, list)
    }
    sessions = ids.pop("identity_verification_sessions", frozenset())
    customers = ids.pop("customers", frozenset())
    return Redacted(
        found.sessions | sessions,
        found.customers | _customers(list(customers)),
        found.objects.union(*ids.values()),
    )


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and WORD.fullmatch(value) is not None and "_" in value


def _customers(ids: list[str]) -> frozenset[str]:
    """Those that are still there under their own name."""
    return frozenset(id for id in ids if forget.CUSTOMER.fullmatch(id) and not id.startswith(PSEUDONYM))


def _returned(records: DataFrame, listed: Forgotten) -> tuple[Entry, ...]:
    """People whom the records name again, by the pseudonym that the reader has put there, and who were only begun."""
    people = [entry for entry in listed.entries if entry.pseudonym]
    if not people:
        return ()
    named = records.filter(F.col("payload").contains(PSEUDONYM)).select("payload").toArrow().to_pylist()
    words = {word for row in named for word in WORD.findall(row["payload"])}
    return tuple(entry for entry in people if entry.state == "pending" or entry.pseudonym in words)


def _erased(lake: Lakehouse, asked: Redacted, returned: tuple[Entry, ...]) -> Iterator[str]:
    if not (asked.sessions or asked.customers or asked.objects or returned):
        return
    keyed = Suppression(suppression.key(lake.settings.forget_key_path, make=True))
    for ids, types, what in (
        (asked.sessions, IDENTITY, "verification sessions"),
        (asked.objects, None, "objects of redaction jobs"),
    ):
        if fresh := _unknown(lake, ids, keyed):
            entry = suppression.load(lake.uri).of(None, None) or Entry()
            done = forget.erase_target(lake, Target(fresh, narrow=True, types=types), entry, keyed)
            yield f"{what} that Stripe redacted: {len(fresh):,}; records erased: {done.records:,}"
    for customer in sorted(asked.customers):
        done = forget.forget(lake, customer)
        yield f"a customer whom Stripe redacted was forgotten; records erased: {done.records:,}"
    for entry in returned:
        target = Target(frozenset({str(entry.pseudonym)}), account=entry.account)
        done = forget.erase_target(lake, target, entry, keyed)
        if done.status == "forgotten":
            yield f"a customer who was forgotten came in again; records erased: {done.records:,}"


def _unknown(lake: Lakehouse, ids: frozenset[str], keyed: Suppression) -> frozenset[str]:
    """Those of some objects that are not on the list; of the others the reader takes the person out."""
    entry = suppression.load(lake.uri).of(None, None)
    if entry is None or entry.state == "pending":
        return ids
    known = set(entry.objects)
    return frozenset(id for id in ids if keyed.digest(id) not in known)
