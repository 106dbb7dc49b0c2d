"""Identity verification sessions and reports as JSON, and a session's state."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson

from pipelines.simulate.people import Customer

_REDACTED = "[redacted]"


@dataclass(slots=True, eq=False)
class Session:
    """`error` is the (code, reason) of the last failure. `document` is its type."""

    id: str
    customer: Customer
    created: int
    kind: str
    """"document" or "id_number"."""
    document: str
    with_selfie: bool
    expires: int
    """Year in which the document expires."""
    is_forged: bool = False
    """The document is a copy that others show as well."""
    status: str = "requires_input"
    error: tuple[str, str] | None = None
    report: str | None = None
    attempts: int = 0
    is_redacted: bool = False


def session(state: Session) -> bytes:
    """A verification session, alike in both versions."""
    code, reason = state.error or (None, None)
    return orjson.dumps(
        {
            "id": state.id,
            "object": "identity.verification_session",
            "client_reference_id": state.customer.id,
            "client_secret": None,
            "created": state.created,
            "last_error": {"code": code, "reason": reason} if code else None,
            "last_verification_report": state.report,
            "livemode": True,
            "metadata": {"attempt": str(state.attempts)},
            "options": _options(state),
            "redaction": {"status": "redacted"} if state.is_redacted else None,
            "related_customer": state.customer.id,
            "status": state.status,
            "type": state.kind,
            "url": None,
        }
    )


def report(state: Session, id: str, created: int) -> bytes:
    """What was found; after redaction the same report without the person."""
    selfie_failed = state.error is not None and state.error[0].startswith("selfie")
    body: dict[str, Any] = {
        "id": id,
        "object": "identity.verification_report",
        "client_reference_id": state.customer.id,
        "created": created,
        "livemode": True,
        "options": _options(state),
        "type": state.kind,
        "verification_session": state.id,
    }
    if state.kind == "id_number":
        return orjson.dumps(body | {"id_number": _id_number(state)})
    body["document"] = _document(state, None if selfie_failed else state.error)
    if state.with_selfie:
        body["selfie"] = _selfie(state, state.error if selfie_failed else None)
    return orjson.dumps(body)


def _options(state: Session) -> dict[str, Any]:
    return (
        {"id_number": {}}
        if state.kind == "id_number"
        else {"document": {"require_matching_selfie": state.with_selfie}}
    )


def _id_number(state: Session) -> dict[str, Any]:
    """A number checked against a register, of which the last four digits are told."""
    first, _, last = state.customer.person.name.partition(" ")
    return {
        "dob": _born(state),
        "error": _error(state.error),
        "first_name": _REDACTED if state.is_redacted else first,
        "id_number": None if state.is_redacted else f"{_drawn(state.customer.person.email) % 10_000:04d}",
        "id_number_type": "us_ssn",
        "last_name": _REDACTED if state.is_redacted else last,
        "status": "unverified" if state.error else "verified",
    }


def _document(state: Session, error: tuple[str, str] | None) -> dict[str, Any]:
    person = state.customer.person
    first, _, last = person.name.partition(" ")
    hidden = state.is_redacted
    return {
        "address": None if hidden else person.address,
        "dob": _born(state),
        "error": _error(error),
        "expiration_date": None if hidden else {"day": 1, "month": 6, "year": state.expires},
        "files": [] if hidden else [f"file_1{state.id[4:]}"],
        "first_name": _REDACTED if hidden else first,
        "issued_date": None if hidden else {"day": 1, "month": 6, "year": state.expires - 10},
        "issuing_country": person.country,
        "last_name": _REDACTED if hidden else last,
        "number": None if hidden else _number(state),
        "status": "unverified" if error else "verified",
        "type": state.document,
    }


def _number(state: Session) -> str:
    """Of one's own document, or of the one that all forgers of its kind and country copy."""
    person = state.customer.person
    whose = person.country if state.is_forged else person.email
    return f"{state.document[0].upper()}{_drawn(f'{state.document} {whose}') % 10**9:09d}"


def _born(state: Session) -> dict[str, int] | None:
    if state.is_redacted:
        return None
    drawn = _drawn(f"born {state.customer.person.email}")
    return {"day": 1 + drawn % 28, "month": 1 + drawn // 28 % 12, "year": 1950 + drawn // 336 % 55}


def _drawn(text: str) -> int:
    """A number that follows from a text: it stays the same for a person, and costs no chance of the simulation's."""
    return crc32(text.encode())


def _selfie(state: Session, error: tuple[str, str] | None) -> dict[str, Any]:
    selfie = None if state.is_redacted else f"file_2{state.id[4:]}"
    return {
        "document": None,
        "error": _error(error),
        "selfie": selfie,
        "status": "unverified" if error else "verified",
    }


def _error(error: tuple[str, str] | None) -> dict[str, str] | None:
    return {"code": error[0], "reason": error[1]} if error else None
