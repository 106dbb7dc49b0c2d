"""Balances: every movement is a balance transaction, and every working day each balance is paid out.

A payout pays exactly what is available when it is made: the sum of `net` over the account's balance
transactions in its currency whose `available_on` has come, less what was paid before.
"""

from pipelines.simulate import money
from pipelines.simulate.chance import Weighted
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.payment import Charge
from pipelines.simulate.reasons import PAYOUT_FAILURE_MESSAGES, PAYOUT_FAILURES
from pipelines.simulate.render import balance as render
from pipelines.simulate.render import commerce
from pipelines.simulate.render.balance import Payout
from pipelines.simulate.settings import DAY
from pipelines.simulate.world import World

_FAILURES = Weighted(PAYOUT_FAILURES)
_FAILURE_RATE = 0.01
_PERCENT = {"US": 0.029, "CA": 0.029, "AU": 0.0175, "JP": 0.036, "AE": 0.029}
_EUROPEAN_PERCENT = 0.015
_FX_PERCENT = 0.01


def book(
    world: World,
    merchant: Merchant,
    at: int,
    kind: str,
    category: str,
    amount: int,
    currency: str,
    source: str,
    fees: list[tuple[str, int]] | None = None,
    available_on: int | None = None,
    exchange_rate: float | None = None,
) -> tuple[str, bytes]:
    """Move a balance by `amount` less fees, minor units of the settlement currency; gives the transaction's
    id and JSON. What is available at once must be booked in order of time: `at` is then now."""
    id = world.ids.new("txn_3")
    fees = [(name, part) for name, part in fees or [] if part]
    due = at if available_on is None else available_on
    status = "available" if due <= at // DAY * DAY + DAY else "pending"
    body = render.balance_transaction(
        id, kind, category, amount, fees, currency, source, at, due, exchange_rate, status
    )
    world.export(at, merchant, "balance_transaction", body)
    _hold(world, (merchant.id, currency), amount - sum(part for _, part in fees), at, due)
    return id, body


def _hold(world: World, account: tuple[str, str], net: int, at: int, due: int) -> None:
    if due <= at:
        world.available[account] += net
    else:
        maturing = world.maturing[account]
        maturing[due] = maturing.get(due, 0) + net


def book_charge(world: World, charge: Charge, at: int) -> None:
    """Credit a captured payment in the settlement currency, less the processor's and platform's fees."""
    merchant, order = charge.merchant, charge.order
    target = merchant.settles_in(order.currency)
    gross, rate = settled(world, merchant, charge.amount_captured, order.currency, at)
    fees = [("stripe_fee", _processing_fee(charge, gross, target, rate is not None))]
    available_on = (at // DAY + merchant.trade.delay_days) * DAY
    if merchant.trade.platform_fee and not merchant.is_platform:
        charge.fee_amount = money.minor(
            charge.amount_captured
            * merchant.trade.platform_fee
            / 10 ** money.CURRENCIES[order.currency].exponent,
            order.currency,
        )
        charge.application_fee = world.ids.new("fee_1")
        fees.append(("application_fee", settled(world, merchant, charge.fee_amount, order.currency, at)[0]))
        _credit_platform(world, charge, at, available_on)
    kind = "charge" if charge.is_card else "payment"
    charge.exchange_rate = rate
    charge.balance_transaction, _ = book(
        world, merchant, at, kind, "charge", gross, target, charge.id, fees, available_on, rate
    )


def settled(
    world: World, merchant: Merchant, amount: int, currency: str, at: int
) -> tuple[int, float | None]:
    """An amount in the merchant's settlement currency, and the rate of the day if it had to be converted."""
    target = merchant.settles_in(currency)
    if target == currency:
        return amount, None
    rate = money.rate(currency, target, world.day_of(at))
    return money.convert(amount, currency, target, rate), rate


def start_payouts(world: World) -> None:
    """Have every merchant paid out daily, from the first day on."""
    for merchant in world.merchants:
        world.later(world.settings.started_at + merchant.payout_second, _pay_out_daily, merchant)


def _processing_fee(charge: Charge, gross: int, target: str, is_converted: bool) -> int:
    percent = _PERCENT.get(charge.merchant.trade.country, _EUROPEAN_PERCENT)
    return (
        round(gross * (percent + (_FX_PERCENT if is_converted else 0))) + money.CURRENCIES[target].fixed_fee
    )


def _credit_platform(world: World, charge: Charge, at: int, available_on: int) -> None:
    assert charge.fee_amount is not None
    assert charge.application_fee is not None
    currency = charge.order.currency
    amount, rate = settled(world, world.platform, charge.fee_amount, currency, at)
    target = world.platform.settles_in(currency)
    booked = None
    if amount:
        booked, _ = book(
            world,
            world.platform,
            at,
            "application_fee",
            "platform_earning",
            amount,
            target,
            charge.application_fee,
            available_on=available_on,
            exchange_rate=rate,
        )
    body = commerce.application_fee(charge, at, booked)
    world.emit(at, world.platform, "application_fee.created", body, requested=False)


def _pay_out_daily(world: World, at: int, merchant: Merchant) -> None:
    world.later(at + DAY, _pay_out_daily, merchant)
    is_weekend = (at // DAY + 3) % 7 >= 5
    for currency in merchant.trade.settles:
        account = (merchant.id, currency)
        _mature(world, account, at)
        if world.available[account] >= money.CURRENCIES[currency].minimum and not is_weekend:
            _pay_out(world, at, merchant, currency, world.available[account])


def _mature(world: World, account: tuple[str, str], at: int) -> None:
    maturing = world.maturing[account]
    for due in [due for due in maturing if due <= at]:
        world.available[account] += maturing.pop(due)


def _pay_out(world: World, at: int, merchant: Merchant, currency: str, amount: int) -> None:
    id = world.ids.new("po_1")
    arrival = (at // DAY + 2) * DAY
    transaction, _ = book(world, merchant, at, "payout", "payout", -amount, currency, id)
    payout = Payout(id, amount, currency, at, arrival, transaction, f"ba_1{merchant.id[6:]}")
    _tell(world, at, merchant, "payout.created", payout)
    world.later(at + 3 * 3600, _send_to_bank, merchant, payout)


def _send_to_bank(world: World, at: int, merchant: Merchant, payout: Payout) -> None:
    payout.status = "in_transit"
    body = render.payout(payout, merchant.is_old(at))
    world.emit(at, merchant, "payout.updated", body, {"status": "pending"}, requested=False)
    ends = _fail if world.rng.random() < _FAILURE_RATE else _arrive
    world.later(payout.arrival_date + 9 * 3600 + world.rng.randrange(3600), ends, merchant, payout)


def _arrive(world: World, at: int, merchant: Merchant, payout: Payout) -> None:
    payout.status = "paid"
    _tell(world, at, merchant, "payout.paid", payout)


def _fail(world: World, at: int, merchant: Merchant, payout: Payout) -> None:
    """The bank sends the money back: it is available again, and the next payout pays it."""
    code = _FAILURES.pick(world.rng)
    payout.status, payout.failure = "failed", (code, PAYOUT_FAILURE_MESSAGES[code])
    payout.failure_balance_transaction, _ = book(
        world, merchant, at, "payout_failure", "payout_reversal", payout.amount, payout.currency, payout.id
    )
    _tell(world, at, merchant, "payout.failed", payout)


def _tell(world: World, at: int, merchant: Merchant, type: str, payout: Payout) -> None:
    world.emit(at, merchant, type, render.payout(payout, merchant.is_old(at)), requested=False)
