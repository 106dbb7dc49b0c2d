"""What comes back after a payment: refunds, warnings, reviews, and which payments are disputed."""

from typing import Any

from pipelines.simulate import disputes, ledger
from pipelines.simulate.chance import Weighted
from pipelines.simulate.claims import Refund
from pipelines.simulate.payment import Charge
from pipelines.simulate.reasons import (
    DISPUTE_REASONS,
    EFW_TYPES,
    FRAUDULENT,
    NOT_RECEIVED,
    UNRECOGNIZED,
    DisputeReason,
)
from pipelines.simulate.render import claims as render_claims
from pipelines.simulate.render import payments as render
from pipelines.simulate.settings import DAY
from pipelines.simulate.world import World

_REASONS = Weighted(DISPUTE_REASONS)
_EFW_TYPES = Weighted(EFW_TYPES)
_REFUND_REASONS: Weighted[str | None] = Weighted(
    ((None, 0.45), ("requested_by_customer", 0.5), ("duplicate", 0.05))
)
_FRIENDLY_FRAUD = 0.0014
_BAD_MERCHANT_DISPUTES = 0.085
THIRD_PARTY_FRAUD = ("stolen_card", "account_takeover", "identity_fraud", "card_testing")


def follow(world: World, charge: Charge, at: int) -> None:
    """Decide what will come of a captured payment."""
    scenario = charge.order.scenario
    if scenario in THIRD_PARTY_FRAUD:
        _follow_fraud(world, charge, at)
    elif not charge.is_card:
        _maybe_refund(world, charge, at)
    elif charge.merchant.is_bad(at) and world.rng.random() < _BAD_MERCHANT_DISPUTES:
        _reveal(world, "merchant_gone_bad", charge)
        dispute_in(
            world, charge, at, 21, world.rng.choice((NOT_RECEIVED, NOT_RECEIVED, UNRECOGNIZED, FRAUDULENT))
        )
    elif world.rng.random() < _FRIENDLY_FRAUD and not charge.order.off_session:
        _reveal(world, "friendly_fraud", charge)
        dispute_in(world, charge, at, 24, FRAUDULENT)
    elif world.rng.random() < charge.merchant.trade.disputes:
        dispute_in(world, charge, at, 28, _REASONS.pick(world.rng))
    else:
        _maybe_refund(world, charge, at)


def dispute_in(world: World, charge: Charge, at: int, days: float, reason: DisputeReason) -> None:
    """Have the charge disputed after about so many days, at most 120."""
    wait = min(120.0, 2 + world.rng.expovariate(1 / days))
    world.later(at + int(wait * DAY), disputes.raise_dispute, charge, reason)


def open_review(world: World, charge: Charge, at: int) -> None:
    """Put a charge before a person, who decides some hours later."""
    assert charge.review is not None
    body = render_claims.review(charge.review, charge, at, None)
    world.emit(at, charge.merchant, "review.opened", body, requested=False)
    world.later(at + int(world.rng.expovariate(1 / (5 * 3600))) + 3600, _close_review, charge, at)


def refund(world: World, at: int, charge: Charge, amount: int, reason: str | None) -> None:
    """Give back part or all of a captured charge; nothing where it is disputed or already given back."""
    amount = min(amount, charge.refundable)
    if amount <= 0 or charge.disputed:
        return
    merchant = charge.merchant
    state = Refund(world.ids.new("re_3"), charge, amount, reason, at)
    returned, rate = ledger.settled(world, merchant, amount, charge.order.currency, at)
    currency = merchant.settles_in(charge.order.currency)
    kind = "refund" if charge.is_card else "payment_refund"
    state.balance_transaction, _ = ledger.book(
        world, merchant, at, kind, "refund", -returned, currency, state.id, exchange_rate=rate
    )
    before = {"amount_refunded": charge.amount_refunded, "refunded": False}
    charge.amount_refunded += amount
    _tell_refund(world, at, state, "refund.created")
    _tell_charge(world, at, charge, "charge.refunded", before)
    if world.rng.random() < 0.012:
        world.later(at + 4 * DAY, _fail_refund, state, returned)
    elif charge.is_card and world.rng.random() < 0.6:
        world.later(at + 2 * DAY + world.rng.randrange(DAY), _trace_refund, state)


def _follow_fraud(world: World, charge: Charge, at: int) -> None:
    """A fraud is mostly noticed: by the issuer's warning, by the cardholder's dispute, by the merchant."""
    draw = world.rng.random()
    if draw < 0.55 and charge.is_card:
        world.later(at + int((1 + world.rng.expovariate(1 / 7)) * DAY), _warn, charge)
    elif draw < 0.85:
        dispute_in(world, charge, at, 18, FRAUDULENT)
    elif draw < 0.92:
        world.later(
            at + int(world.rng.uniform(0.1, 6) * DAY), refund, charge, charge.order.amount, "fraudulent"
        )


def _warn(world: World, at: int, charge: Charge) -> None:
    id, kind = world.ids.new("issfr_1"), _EFW_TYPES.pick(world.rng)
    body = render_claims.early_fraud_warning(id, charge, kind, at)
    world.emit(at, charge.merchant, "radar.early_fraud_warning.created", body, requested=False)
    if world.rng.random() < 0.25:
        world.later(at + 3600 + world.rng.randrange(DAY), refund, charge, charge.order.amount, "fraudulent")
    elif world.rng.random() < 0.8:
        dispute_in(world, charge, at, 10, FRAUDULENT)


def _close_review(world: World, at: int, charge: Charge, opened: int) -> None:
    """The reviewer sees through some frauds and takes a few honest buyers for one."""
    assert charge.review is not None
    is_fraud = charge.order.scenario in THIRD_PARTY_FRAUD
    is_refused = world.rng.random() < (0.6 if is_fraud else 0.04)
    can_refund = is_refused and charge.refundable > 0 and not charge.disputed
    reason = "disputed" if charge.disputed else "refunded_as_fraud" if can_refund else "approved"
    review, charge.review = charge.review, None
    if can_refund:
        charge.fraud_details = {"user_report": "fraudulent"}
        refund(world, at, charge, charge.order.amount, "fraudulent")
    body = render_claims.review(review, charge, opened, reason)
    world.emit(at, charge.merchant, "review.closed", body)


def _maybe_refund(world: World, charge: Charge, at: int) -> None:
    if world.rng.random() >= charge.merchant.trade.refunds:
        return
    amount = charge.amount_captured
    if world.rng.random() < 0.3:
        amount = max(1, amount * world.rng.randrange(1, 9) // 100 * 10)
    wait = int((0.1 + world.rng.expovariate(1 / 6)) * DAY)
    world.later(at + wait, refund, charge, amount, _REFUND_REASONS.pick(world.rng))


def _trace_refund(world: World, at: int, state: Refund) -> None:
    """The network gives the refund a reference by which the cardholder's bank can find it."""
    if state.status == "succeeded":
        state.has_reference = True
        _tell_refund(world, at, state, "refund.updated", requested=False)


def _fail_refund(world: World, at: int, state: Refund, returned: int) -> None:
    charge = state.charge
    currency = charge.merchant.settles_in(charge.order.currency)
    state.status, state.failure = "failed", "expired_or_canceled_card"
    state.failure_balance_transaction, _ = ledger.book(
        world, charge.merchant, at, "refund_failure", "refund_failure", returned, currency, state.id
    )
    before = {"amount_refunded": charge.amount_refunded}
    charge.amount_refunded -= state.amount
    _tell_refund(world, at, state, "refund.failed", requested=False)
    _tell_charge(world, at, charge, "charge.updated", before)


def _tell_refund(world: World, at: int, state: Refund, type: str, requested: bool = True) -> None:
    merchant = state.charge.merchant
    body = render.refund(state, merchant.is_old(at))
    previous = (
        {"destination_details": {"card": {"reference_status": "pending"}}}
        if type == "refund.updated"
        else None
    )
    world.emit(at, merchant, type, body, previous, requested=requested)


def _tell_charge(world: World, at: int, charge: Charge, type: str, previous: dict[str, Any]) -> None:
    body = render.charge(charge, charge.merchant.is_old(at))
    world.emit(at, charge.merchant, type, body, previous)


def _reveal(world: World, scenario: str, charge: Charge) -> None:
    charge.order.scenario = scenario
    world.truth.fraud(scenario, charge.order, charge)
