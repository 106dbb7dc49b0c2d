"""A payment from the buyer's click to the money: intent, authentication, attempts, capture."""

from typing import Any

from pipelines.simulate import aftermath, ledger
from pipelines.simulate.chance import Weighted
from pipelines.simulate.payment import Authentication, Charge, Intent, Order
from pipelines.simulate.people import draw_method
from pipelines.simulate.reasons import DECLINES, STOLEN_DECLINES, Decline
from pipelines.simulate.render import payments as render
from pipelines.simulate.settings import DAY
from pipelines.simulate.world import World

_DECLINES = Weighted(DECLINES)
_STOLEN_DECLINES = Weighted(STOLEN_DECLINES)
_BASE_DECLINE = 0.055
_DELAYED = ("sepa_debit", "konbini")


def pay(world: World, order: Order) -> Intent:
    """Make a payment, with retries while the buyer has patience. Emits its events of the next minutes and
    arranges those of later days; gives the intent as it stands after the last attempt."""
    intent = Intent(world.ids.new("pi_3"), order, order.method, order.at)
    _tell(world, order.at, intent, "payment_intent.created")
    at = order.at + 1 + world.rng.randrange(4)
    while True:
        charge = attempt(world, intent, at)
        if charge is not None and not charge.blocked and charge.decline is None:
            return intent
        if intent.attempts > order.patience or not _worth_another(charge):
            break
        at += 15 + int(world.rng.expovariate(1 / 60))
        _switch_method(world, intent, charge, at)
    if world.rng.random() < 0.35 and not order.off_session:
        world.later(at + DAY, _cancel, intent, "abandoned")
    return intent


def attempt(world: World, intent: Intent, at: int) -> Charge | None:
    """Try once to take the intent's money; None where authentication failed, before any charge."""
    intent.attempts += 1
    authentication = _authenticate(world, intent, at)
    if authentication is not None:
        at += 8 + world.rng.randrange(30) if authentication.flow == "challenge" else 1
        if authentication.result == "failed":
            _fail_authentication(world, intent, at)
            return None
    charge = _charge(world, intent, at, authentication)
    intent.charge = charge
    if charge.order.scenario is not None:
        world.truth.fraud(charge.order.scenario, charge.order, charge)
    if charge.blocked or charge.decline is not None:
        _refuse(world, charge, at)
    else:
        _accept(world, charge, at)
    return charge


def _charge(world: World, intent: Intent, at: int, authentication: Authentication | None) -> Charge:
    """A charge with the fraud screen's and the issuer's verdict on it."""
    method = intent.method
    assert method is not None
    charge = Charge(world.ids.new("ch_3"), intent, intent.order, method, at, _risk_score(world, intent.order))
    charge.authentication = authentication
    charge.captured = not _is_manual(intent)
    if method.card is not None:
        charge.blocked = _is_blocked(world, charge)
        charge.decline = None if charge.blocked else _issuer_refuses(world, charge)
    if charge.blocked or charge.decline is not None:
        charge.captured, charge.status = False, "failed"
    else:
        charge.authorization_code = f"{world.rng.randrange(1_000_000):06d}" if method.card else None
    return charge


def _risk_score(world: World, order: Order) -> int:
    """A score as a fraud screen would give it: it sees the risk through a good deal of noise."""
    noise = world.rng.betavariate(1.6, 5.5)
    return min(99, int(100 * (0.92 * noise + 0.75 * order.risk * world.rng.random() ** 0.6)))


def _is_blocked(world: World, charge: Charge) -> bool:
    return charge.risk_score >= 75 and world.rng.random() < 0.9 and charge.order.livemode


def _issuer_refuses(world: World, charge: Charge) -> Decline | None:
    """The issuer's answer. Retries of a refused card mostly fail for the same reason."""
    order, card, intent = charge.order, charge.method.card, charge.intent
    assert card is not None
    before = intent.error.get("decline_code") if intent.error and intent.method is order.method else None
    if before and intent.attempts > 1 and world.rng.random() < 0.6:
        return next((decline for decline, _ in DECLINES if decline.code == before), None)
    chance = _BASE_DECLINE * card.weakness * (0.75 if card.network_token else 1.0)
    if card.country != order.merchant.trade.country:
        chance *= 1.7
    if charge.authentication is not None:
        chance *= 0.6
    if order.scenario == "card_testing":
        chance = 0.72
    elif card.is_stolen:
        chance = chance * 2.2 + 0.12
    if world.rng.random() >= min(chance, 0.9):
        return None
    return (_STOLEN_DECLINES if card.is_stolen else _DECLINES).pick(world.rng)


def _authenticate(world: World, intent: Intent, at: int) -> Authentication | None:
    """3D Secure: nearly always where the law asks for it, elsewhere only now and then."""
    order, method = intent.order, intent.method
    if method is None or method.card is None or order.off_session or not order.livemode:
        return None
    if world.rng.random() >= (0.72 if order.merchant.trade.sca else 0.03):
        return None
    is_challenge = world.rng.random() < (0.5 if order.risk > 0.3 else 0.3)
    if is_challenge:
        intent.status = "requires_action"
        _tell(world, at, intent, "payment_intent.requires_action")
    result = _authentication_result(world, order, is_challenge)
    is_mastercard = method.card.brand == "mastercard"
    indicators = {
        "authenticated": "02" if is_mastercard else "05",
        "attempt_acknowledged": "01" if is_mastercard else "06",
    }
    flow = "challenge" if is_challenge else "frictionless"
    return Authentication(result, flow, "2.2.0", indicators.get(result), world.ids.new(""))


def _authentication_result(world: World, order: Order, is_challenge: bool) -> str:
    failing = 0.45 if order.scenario in ("stolen_card", "card_testing") else 0.06
    if is_challenge and world.rng.random() < failing:
        return "failed"
    return "attempt_acknowledged" if world.rng.random() < 0.06 else "authenticated"


def _fail_authentication(world: World, intent: Intent, at: int) -> None:
    intent.status = "requires_payment_method"
    intent.error = render.payment_error(None, intent.method.id if intent.method else None)
    _tell(world, at, intent, "payment_intent.payment_failed")


def _refuse(world: World, charge: Charge, at: int) -> None:
    intent = charge.intent
    intent.status = "requires_payment_method"
    intent.error = render.payment_error(charge, charge.method.id)
    body = tell_charge(world, at, charge, "charge.failed")
    _tell(world, at, intent, "payment_intent.payment_failed", body)


def _accept(world: World, charge: Charge, at: int) -> None:
    intent, order = charge.intent, charge.order
    intent.error = None
    if charge.method.kind in _DELAYED:
        _await_funds(world, charge, at)
    elif charge.captured:
        _review(world, charge, at)
        _take(world, charge, at, order.amount)
    else:
        _review(world, charge, at)
        _hold(world, charge, at)


def _take(world: World, charge: Charge, at: int, amount: int) -> None:
    """The money of a charge is captured as it is authorized."""
    merchant, intent = charge.merchant, charge.intent
    charge.amount_captured = intent.received = amount
    intent.status = "succeeded"
    if not charge.order.livemode:
        charge.balance_transaction = world.ids.new("txn_3")
        tell_charge(world, at, charge, "charge.succeeded")
        _tell(world, at, intent, "payment_intent.succeeded")
        return
    if merchant.is_old(at):
        ledger.book_charge(world, charge, at)
        body = tell_charge(world, at, charge, "charge.succeeded")
    else:
        body = tell_charge(world, at, charge, "charge.succeeded")
        ledger.book_charge(world, charge, at)
        tell_charge(world, at + 1 + world.rng.randrange(3), charge, "charge.updated", _booked(charge))
    _tell(world, at, intent, "payment_intent.succeeded", body)
    aftermath.follow(world, charge, at)


def _booked(charge: Charge) -> dict[str, Any]:
    """What an asynchronous booking changes in the charge."""
    previous: dict[str, Any] = {"balance_transaction": None}
    return previous | (
        {"application_fee": None, "application_fee_amount": None} if charge.application_fee else {}
    )


def _hold(world: World, charge: Charge, at: int) -> None:
    """An authorization that waits for its capture; some are never captured."""
    intent = charge.intent
    intent.status, intent.capturable = "requires_capture", charge.order.amount
    body = tell_charge(world, at, charge, "charge.succeeded")
    _tell(world, at, intent, "payment_intent.amount_capturable_updated", body)
    if not charge.order.livemode:
        return
    wait = int(world.rng.uniform(0.2, 5.5) * DAY)
    if world.rng.random() < 0.07:
        world.later(at + wait, _cancel, intent, "requested_by_customer")
    elif world.rng.random() < 0.02:
        world.later(at + 7 * DAY, _expire, charge)
    else:
        world.later(at + wait, _capture, charge)


def _capture(world: World, at: int, charge: Charge) -> None:
    intent, amount = charge.intent, charge.order.amount
    if intent.status != "requires_capture":
        return
    if world.rng.random() < 0.15:
        amount -= amount // 200 * 20
    charge.captured, charge.amount_captured = True, amount
    intent.status, intent.capturable, intent.received = "succeeded", 0, amount
    ledger.book_charge(world, charge, at)
    body = tell_charge(world, at, charge, "charge.captured")
    _tell(world, at, intent, "payment_intent.succeeded", body)
    aftermath.follow(world, charge, at)


def _expire(world: World, at: int, charge: Charge) -> None:
    intent = charge.intent
    body = tell_charge(world, at, charge, "charge.expired", requested=False)
    intent.status, intent.capturable = "canceled", 0
    intent.canceled_at, intent.cancellation_reason = at, "automatic"
    _tell(world, at, intent, "payment_intent.canceled", body)


def _cancel(world: World, at: int, intent: Intent, reason: str) -> None:
    if intent.status == "succeeded":
        return
    intent.status, intent.capturable = "canceled", 0
    intent.canceled_at, intent.cancellation_reason = at, reason
    body = render.charge(intent.charge, True) if intent.charge and intent.order.merchant.is_old(at) else None
    _tell(world, at, intent, "payment_intent.canceled", body)


def _await_funds(world: World, charge: Charge, at: int) -> None:
    """Debits and payments at a counter are pending for days."""
    charge.status, charge.captured = "pending", True
    charge.intent.status = "processing"
    body = tell_charge(world, at, charge, "charge.pending")
    _tell(world, at, charge.intent, "payment_intent.processing", body)
    arrives = at + int(world.rng.uniform(1.5, 5) * DAY)
    world.later(arrives, _bounce if world.rng.random() < 0.04 else _receive, charge)


def _receive(world: World, at: int, charge: Charge) -> None:
    charge.status = "succeeded"
    _take(world, charge, at, charge.order.amount)


def _bounce(world: World, at: int, charge: Charge) -> None:
    charge.status, charge.captured = "failed", False
    charge.decline = next(decline for decline, _ in DECLINES if decline.code == "insufficient_funds")
    _refuse(world, charge, at)


def _review(world: World, charge: Charge, at: int) -> None:
    """Elevated risk goes to a person who looks at it, where the merchant has one."""
    if charge.merchant.trade.reviews and charge.risk_score >= 55 and charge.is_card and charge.order.livemode:
        charge.manual_review, charge.review = True, world.ids.new("prv_1")
        aftermath.open_review(world, charge, at)


def _worth_another(charge: Charge | None) -> bool:
    return charge is None or (not charge.blocked and charge.decline is not None and charge.decline.retryable)


def _switch_method(world: World, intent: Intent, charge: Charge | None, at: int) -> None:
    """After a refusal some buyers take another card; the intent's own stays the order's."""
    order = intent.order
    if order.scenario is not None or charge is None or world.rng.random() > 0.35:
        return
    intent.method = draw_method(
        world.rng, world.ids, "card", order.customer.person.country, charge.created // (365 * DAY) + 1970, at
    )


def _is_manual(intent: Intent) -> bool:
    return intent.order.merchant.trade.capture == "manual" and intent.order.invoice is None


def tell_charge(
    world: World,
    at: int,
    charge: Charge,
    type: str,
    previous: dict[str, Any] | None = None,
    requested: bool = True,
) -> bytes:
    """Emit an event of the charge as it now stands; gives its JSON."""
    body = render.charge(charge, charge.merchant.is_old(at))
    world.emit(at, charge.merchant, type, body, previous, charge.order.livemode, requested)
    return body


def _tell(world: World, at: int, intent: Intent, type: str, charge: bytes | None = None) -> None:
    merchant = intent.order.merchant
    body = render.intent(intent, merchant.is_old(at), charge)
    world.emit(at, merchant, type, body, live=intent.order.livemode)
