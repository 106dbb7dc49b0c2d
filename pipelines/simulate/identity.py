"""Identity verification: sessions, their reports, and the redaction that a person may ask for."""

from pipelines.simulate.chance import Weighted
from pipelines.simulate.merchants import Merchant, year_of
from pipelines.simulate.people import Customer
from pipelines.simulate.reasons import FORGED_IDENTITY_ERRORS, ID_NUMBER_ERRORS, IDENTITY_ERRORS
from pipelines.simulate.render import identity as render
from pipelines.simulate.render.identity import Session
from pipelines.simulate.settings import DAY
from pipelines.simulate.world import World

_ERRORS = Weighted(IDENTITY_ERRORS)
_NUMBER_ERRORS = Weighted(ID_NUMBER_ERRORS)
_FORGED_ERRORS = Weighted(FORGED_IDENTITY_ERRORS)
_DOCUMENTS = Weighted((("driving_license", 0.5), ("id_card", 0.25), ("passport", 0.25)))
_WITHOUT_REPORT = ("consent_declined", "abandoned")
_PREFIX = "identity.verification_session"


def verify(world: World, merchant: Merchant, customer: Customer, at: int, forged: bool = False) -> None:
    """Ask a customer to prove who they are. With `forged`, the documents are; the truth records it."""
    kind = "id_number" if customer.person.country == "US" and world.rng.random() < 0.2 else "document"
    document = _DOCUMENTS.pick(world.rng)
    session = Session(
        id=world.ids.new("vs_1"),
        customer=customer,
        created=at,
        kind=kind,
        document="passport" if forged else document,
        with_selfie=forged or world.rng.random() < 0.6,
        expires=year_of(at) + world.rng.randrange(1, 9),
        is_forged=forged,
    )
    if forged:
        world.truth.false_identity(merchant, customer.id, session.id, at)
    _tell(world, at, merchant, session, "created")
    world.later(at + 60 + world.rng.randrange(900), _submit, merchant, session, forged)


def _submit(world: World, at: int, merchant: Merchant, session: Session, forged: bool) -> None:
    session.attempts += 1
    session.status, session.error = "processing", None
    _tell(world, at, merchant, session, "processing")
    decided = at + 5 + world.rng.randrange(60)
    if world.rng.random() < (0.62 if forged else 0.12):
        _reject(world, decided, merchant, session, forged)
    else:
        session.status = "verified"
        _report(world, decided, merchant, session)
        _tell(world, decided, merchant, session, "verified")
        _maybe_redact(world, decided, merchant, session)


def _reject(world: World, at: int, merchant: Merchant, session: Session, forged: bool) -> None:
    session.status, session.error = "requires_input", _error(world, session, forged)
    if session.error[0] not in _WITHOUT_REPORT:
        _report(world, at, merchant, session)
    _tell(world, at, merchant, session, "requires_input")
    if session.attempts < 3 and world.rng.random() < (0.75 if forged else 0.6):
        world.later(at + 120 + world.rng.randrange(DAY // 3), _submit, merchant, session, forged)
    elif world.rng.random() < 0.3:
        world.later(at + DAY, _cancel, merchant, session)


def _error(world: World, session: Session, forged: bool) -> tuple[str, str]:
    if session.kind == "id_number":
        return _NUMBER_ERRORS.pick(world.rng)
    return (_FORGED_ERRORS if forged else _ERRORS).pick(world.rng)


def _report(world: World, at: int, merchant: Merchant, session: Session) -> None:
    """Stripe sends no event for a report: it is fetched and stored as it is."""
    session.report = world.ids.new("vr_1")
    world.export(at, merchant, "identity.verification_report", render.report(session, session.report, at))


def _cancel(world: World, at: int, merchant: Merchant, session: Session) -> None:
    session.status = "canceled"
    _tell(world, at, merchant, session, "canceled")


def _maybe_redact(world: World, at: int, merchant: Merchant, session: Session) -> None:
    if world.rng.random() < 0.1:
        world.later(at + world.rng.randrange(10, 45) * DAY, _redact, merchant, session, at)


def _redact(world: World, at: int, merchant: Merchant, session: Session, reported_at: int) -> None:
    assert session.report is not None
    session.status, session.is_redacted = "redacted", True
    world.export(
        at, merchant, "identity.verification_report", render.report(session, session.report, reported_at)
    )
    _tell(world, at, merchant, session, "redacted")


def _tell(world: World, at: int, merchant: Merchant, session: Session, what: str) -> None:
    world.emit(at, merchant, f"{_PREFIX}.{what}", render.session(session), requested=what == "created")
