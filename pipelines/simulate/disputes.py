"""Disputes from the cardholder's complaint to the network's decision, weeks later."""

from typing import Any

from pipelines.simulate import ledger, money
from pipelines.simulate.claims import Dispute
from pipelines.simulate.payment import Charge
from pipelines.simulate.reasons import FRAUDULENT, UNRECOGNIZED, DisputeReason
from pipelines.simulate.render import claims as render
from pipelines.simulate.render import payments as render_payments
from pipelines.simulate.settings import DAY
from pipelines.simulate.world import World


def raise_dispute(world: World, at: int, charge: Charge, reason: DisputeReason) -> None:
    """The cardholder disputes what was not given back. It is a chargeback, an inquiry, or one that is settled
    before it is raised."""
    if charge.refundable <= 0:
        return
    draw = world.rng.random()
    if draw < 0.12 and charge.method.card and charge.method.card.brand in ("amex", "discover", "visa"):
        _inquire(world, charge, reason, at)
    elif draw < 0.17 and not charge.merchant.is_old(at):
        _prevent(world, charge, reason, at)
    else:
        _charge_back(world, at, charge, reason)


def _charge_back(world: World, at: int, charge: Charge, reason: DisputeReason) -> None:
    if charge.refundable <= 0:
        return
    dispute = _open(world, charge, reason, at, "chargeback", "needs_response")
    _tell(world, at, dispute, "charge.dispute.created")
    _withdraw(world, dispute, at)
    _mark(world, charge, at)
    if world.rng.random() < 0.6:
        world.later(at + int(world.rng.uniform(0.1, 0.95) * (dispute.due_by - at)), _submit_evidence, dispute)
    else:
        world.later(dispute.due_by + 3600, _close, dispute, "lost")


def _inquire(world: World, charge: Charge, reason: DisputeReason, at: int) -> None:
    """An inquiry takes no money; some become a chargeback, a second dispute of the same charge."""
    dispute = _open(world, charge, reason, at, "inquiry", "warning_needs_response")
    _tell(world, at, dispute, "charge.dispute.created")
    end = at + int(world.rng.uniform(5, 25) * DAY)
    world.later(at + 2 * DAY, _answer_inquiry, dispute)
    world.later(end, _close, dispute, "warning_closed")
    if world.rng.random() < 0.3:
        world.later(end + DAY, _charge_back, charge, reason)


def _prevent(world: World, charge: Charge, reason: DisputeReason, at: int) -> None:
    """Settled by a rule before the network raises it: the buyer has the money back at once."""
    dispute = _open(world, charge, reason, at, "resolution", "prevented")
    _tell(world, at, dispute, "charge.dispute.created")
    _withdraw(world, dispute, at)
    _mark(world, charge, at)
    _tell(world, at, dispute, "charge.dispute.closed")


def _open(world: World, charge: Charge, reason: DisputeReason, at: int, case: str, status: str) -> Dispute:
    due_by = (at // DAY + world.rng.randrange(7, 21)) * DAY - 1
    return Dispute(world.ids.new("dp_1"), charge, charge.refundable, reason, case, status, at, due_by)


def _withdraw(world: World, dispute: Dispute, at: int) -> None:
    charge = dispute.charge
    currency = charge.merchant.settles_in(charge.order.currency)
    fee = 0 if dispute.case == "resolution" else money.CURRENCIES[currency].dispute_fee
    _book(world, dispute, at, -1, fee)
    _tell(world, at, dispute, "charge.dispute.funds_withdrawn")


def _book(world: World, dispute: Dispute, at: int, sign: int, fee: int) -> None:
    charge = dispute.charge
    merchant = charge.merchant
    amount, rate = ledger.settled(world, merchant, dispute.amount, charge.order.currency, at)
    category = "dispute" if sign < 0 else "dispute_reversal"
    _, body = ledger.book(
        world,
        merchant,
        at,
        "adjustment",
        category,
        sign * amount,
        merchant.settles_in(charge.order.currency),
        dispute.id,
        [("stripe_fee", fee)],
        exchange_rate=rate,
    )
    dispute.transactions.append(body)


def _mark(world: World, charge: Charge, at: int) -> None:
    charge.disputed = True
    body = render_payments.charge(charge, charge.merchant.is_old(at))
    world.emit(at, charge.merchant, "charge.updated", body, {"disputed": False}, requested=False)


def _submit_evidence(world: World, at: int, dispute: Dispute) -> None:
    before: dict[str, Any] = {
        "status": dispute.status,
        "evidence_details": {"has_evidence": False, "submission_count": 0},
    }
    dispute.status, dispute.has_evidence = "under_review", True
    _tell(world, at, dispute, "charge.dispute.updated", before)
    chance = dispute.reason.won * (0.3 if dispute.charge.order.scenario else 1.0)
    if dispute.charge.authentication is not None and dispute.reason in (FRAUDULENT, UNRECOGNIZED):
        chance = 0.75
    status = "won" if world.rng.random() < chance else "lost"
    world.later(at + int(world.rng.uniform(20, 60) * DAY), _close, dispute, status)


def _answer_inquiry(world: World, at: int, dispute: Dispute) -> None:
    dispute.status, dispute.has_evidence = "warning_under_review", True
    _tell(world, at, dispute, "charge.dispute.updated", {"status": "warning_needs_response"})


def _close(world: World, at: int, dispute: Dispute, status: str) -> None:
    dispute.status = status
    if status == "won":
        _book(world, dispute, at, 1, 0)
        _tell(world, at, dispute, "charge.dispute.funds_reinstated")
    _tell(world, at, dispute, "charge.dispute.closed")


def _tell(world: World, at: int, dispute: Dispute, type: str, previous: dict[str, Any] | None = None) -> None:
    merchant = dispute.charge.merchant
    world.emit(at, merchant, type, render.dispute(dispute, merchant.is_old(at)), previous, requested=False)
