"""The list of who was forgotten, without saying who: it keeps what comes in later from bringing them back.

The list lies beside the tables. It holds keyed digests of ids and the pseudonyms that stand in their place; the key
lies elsewhere. With list and key one can tell whether a given id is on it, and that is what reading needs.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pipelines.delta import storage
from pipelines.errors import SettingsError

FILE = "_forgotten.json"

PSEUDONYM = "cus_forgotten_"
"""What the ids begin with that stand for customers who were forgotten. The rest is random."""

_DIGITS = 24
_KEY_BYTES = 32


@dataclass(frozen=True)
class Entry:
    """A person, or objects without a person, that was forgotten or is about to be.

    Attributes:
        account: whose records it is about; None for all accounts.
        pseudonym: in place of the customer's id; None for objects alone.
        digest: of the customer's id.
        objects: digests of ids of objects that are theirs and may come again without naming them.
        state: pending until every table is done; a run that was cut left it so.
        replaced: tables whose versions before are still to be deleted.
        at: day on which it was asked for, ISO.
    """

    account: str | None = None
    pseudonym: str | None = None
    digest: str | None = None
    objects: tuple[str, ...] = ()
    state: Literal["pending", "done"] = "pending"
    replaced: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True)
class Forgotten:
    """The list.

    Attributes:
        entries: in the order in which they were made.
        swept: the last batch of bronze that was searched for redactions and for people who were forgotten.
    """

    entries: tuple[Entry, ...] = ()
    swept: int = 0

    @property
    def pending(self) -> tuple[Entry, ...]:
        """Entries that a run which was cut left unfinished."""
        return tuple(entry for entry in self.entries if entry.state == "pending")

    def of(self, digest: str | None, account: str | None) -> Entry | None:
        """The entry of a customer's digest for just that account, or for all; without one, that of objects alone."""
        return next((e for e in self.entries if e.digest == digest and e.account == account), None)

    def with_entry(self, entry: Entry) -> Forgotten:
        """The list with an entry in place of the one for the same, or at its end."""
        same = (entry.digest, entry.account, entry.pseudonym)
        others = [e for e in self.entries if (e.digest, e.account, e.pseudonym) != same]
        if len(others) == len(self.entries):
            return replace(self, entries=(*self.entries, entry))
        kept = (entry if (e.digest, e.account, e.pseudonym) == same else e for e in self.entries)
        return replace(self, entries=tuple(kept))


@dataclass(frozen=True)
class Suppression:
    """The list as the reader of raw files takes it: digests to what stands in the place of the id.

    Attributes:
        key: hexadecimal digits; as secret as the file that it comes from.
        entries: those of the list.
        fields: what stays of a mapped row.
    """

    key: str = field(repr=False)
    entries: tuple[Entry, ...] = ()
    fields: tuple[str, ...] = ()

    def digest(self, id: str) -> str:
        """The keyed digest of an id."""
        return hmac.digest(bytes.fromhex(self.key), id.encode(), "sha256").hex()[:_DIGITS]


def load(root: str) -> Forgotten:
    """The list beside the tables of a root; empty where nobody was forgotten yet."""
    text = storage.read_text(storage.join(root, FILE))
    if text is None:
        return Forgotten()
    found = json.loads(text)
    entries = (
        Entry(**{**e, "objects": tuple(e["objects"]), "replaced": tuple(e["replaced"])})
        for e in found["entries"]
    )
    return Forgotten(tuple(entries), found["swept"])


def save(root: str, forgotten: Forgotten) -> None:
    """Write the list in one step: a run that is cut leaves the old one or the new one."""
    storage.make_folder(root)
    storage.replace_text(storage.join(root, FILE), json.dumps(asdict(forgotten), indent=1))


def suppression(root: str, key_path: Path, fields: Callable[[], Iterable[str]] = tuple) -> Suppression | None:
    """What the reader of raw files has to keep out; None where nobody was forgotten.

    Args:
        root: of the tables.
        key_path: where the key of the list is.
        fields: asked, where somebody was forgotten, for what stays of the rows of a mapped source.

    Raises:
        SettingsError: somebody was forgotten and the key is missing.
    """
    entries = load(root).entries
    return Suppression(key(key_path, make=False), entries, tuple(sorted(fields()))) if entries else None


def restored(found: Mapping[str, Any] | None) -> Suppression | None:
    """A suppression that was written as JSON."""
    if found is None:
        return None
    entries = (
        Entry(**{**e, "objects": tuple(e["objects"]), "replaced": tuple(e["replaced"])})
        for e in found["entries"]
    )
    return Suppression(found["key"], tuple(entries), tuple(found["fields"]))


def key(path: Path, *, make: bool) -> str:
    """The key of the digests, in hexadecimal digits, from its file.

    Raises:
        SettingsError: it cannot be read, or is missing and is not to be made.
    """
    try:
        if make and not path.exists():
            _make(path)
        return bytes.fromhex(path.read_text(encoding="ascii").strip()).hex()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no hexadecimal number"
        raise SettingsError(
            f"{path}: the key of the list of who was forgotten cannot be read ({why}). Without it those people would "
            "come back with the next file. Bring the file back from a backup, or name it with VERMEIL_FORGET_KEY_FILE."
        ) from None


def new_pseudonym() -> str:
    """A customer id for somebody who was forgotten. Nothing leads from it to the old one."""
    return PSEUDONYM + secrets.token_hex(8)


def digests(keyed: Suppression, ids: Iterable[str]) -> tuple[str, ...]:
    """The keyed digests of some ids, in order."""
    return tuple(sorted(keyed.digest(id) for id in ids))


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(_KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
