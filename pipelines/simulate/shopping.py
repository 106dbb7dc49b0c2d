"""Honest buyers: who comes when, what they buy, and what else happens to a customer."""

from pipelines.simulate import billing, commerce, identity, merchants, money, payments
from pipelines.simulate.chance import Weighted, weighted
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.payment import Order
from pipelines.simulate.people import Customer, Method, draw_card, draw_ip, draw_method
from pipelines.simulate.render import people as render
from pipelines.simulate.world import World

_POSTAL: Weighted[str | None] = Weighted(
    (("pass", 0.82), ("fail", 0.05), ("unavailable", 0.08), (None, 0.05))
)
_CVC: Weighted[str | None] = Weighted((("pass", 0.93), ("unavailable", 0.04), ("fail", 0.01), (None, 0.02)))
_NEW_CUSTOMERS = 0.1
_NEW_CARD = 0.015


def shop(world: World, merchant: Merchant, at: int) -> None:
    """One buyer comes to a merchant and pays."""
    customer = _buyer(world, merchant, at)
    method = customer.methods[0] if len(customer.methods) == 1 else world.rng.choice(customer.methods)
    if customer.id is not None and world.rng.random() < _NEW_CARD:
        method = attach_card(world, merchant, customer, at)
    intent = payments.pay(world, _order(world, merchant, customer, method, at))
    commerce.page(world, intent, (intent.charge.created if intent.charge else at) + 5)
    if customer.id is not None and world.rng.random() < 0.01:
        _change(world, merchant, customer, at + 200)


def amount_of(world: World, merchant: Merchant, factor: float = 1.0) -> tuple[int, str]:
    """What a basket costs: minor units of one of the currencies in which the merchant sells."""
    trade = merchant.trade
    currency = trade.presents[0][0] if len(trade.presents) == 1 else weighted(trade.presents).pick(world.rng)
    usual = trade.median * factor * world.rng.lognormvariate(0, trade.spread * 0.8)
    if currency != trade.presents[0][0]:
        usual *= money.CURRENCIES[trade.presents[0][0]].usd / money.CURRENCIES[currency].usd
    return money.price(usual, currency), currency


def register(world: World, merchant: Merchant, customer: Customer, at: int) -> None:
    """A customer signs up with their first way to pay."""
    world.emit(at, merchant, "customer.created", render.customer(customer))
    _attach(world, merchant, customer, customer.methods[0], at)
    if world.rng.random() < merchant.trade.identity:
        identity.verify(world, merchant, customer, at + 30)


def attach_card(world: World, merchant: Merchant, customer: Customer, at: int) -> Method:
    """A customer saves another card, at most three in all."""
    year = merchants.year_of(at)
    method = Method(
        world.ids.new("pm_1"), "card", draw_card(world.rng, world.ids, customer.person.country, year), at
    )
    customer.methods = [*customer.methods[-2:], method]
    _attach(world, merchant, customer, method, at)
    commerce.keep(world, merchant, customer, method, at)
    return method


def _attach(world: World, merchant: Merchant, customer: Customer, method: Method, at: int) -> None:
    body = render.payment_method(method, customer, merchant.is_old(at))
    world.emit(at, merchant, "payment_method.attached", body)


def _buyer(world: World, merchant: Merchant, at: int) -> Customer:
    """Mostly someone who was here before; else a guest or someone who signs up."""
    draw = world.rng.random()
    local_hour = (at // 3600 + merchant.trade.utc_offset) % 24
    if draw >= merchant.trade.guests + _NEW_CUSTOMERS:
        known = merchants.returning(merchant, world.rng, local_hour)
        if known is not None:
            return known
    customer = merchants.draw_customer(merchant, world.rng, world.ids, at, world.merchants)
    if draw < merchant.trade.guests:
        customer.id = None
        return customer
    register(world, merchant, customer, at)
    merchants.keep(merchant, world.rng, customer)
    if merchant.trade.subscriptions and customer.methods[0].card and world.rng.random() < 0.4:
        billing.subscribe(world, merchant, customer, at + 120)
    return customer


def _order(world: World, merchant: Merchant, customer: Customer, method: Method, at: int) -> Order:
    amount, currency = amount_of(world, merchant, customer.spend)
    country = customer.person.country
    travelling = world.rng.random() < 0.03
    ip = (
        customer.person.ip
        if world.rng.random() < 0.85
        else draw_ip(world.rng, "ES" if travelling else country)
    )
    return Order(
        merchant=merchant,
        customer=customer,
        method=method,
        amount=amount,
        currency=currency,
        at=at,
        ip=ip,
        risk=0.03 + (0.05 if customer.id is None else 0.0) + (0.06 if method.created == at else 0.0),
        patience=1 + int(world.rng.random() < 0.5) + int(world.rng.random() < 0.2),
        postal=_POSTAL.pick(world.rng),
        cvc=_CVC.pick(world.rng),
    )


def _change(world: World, merchant: Merchant, customer: Customer, at: int) -> None:
    """A customer moves house within town, or asks to be deleted."""
    if world.rng.random() < 0.15 and not customer.subscribed and customer in merchant.customers:
        merchant.customers.remove(customer)
        world.emit(at, merchant, "customer.deleted", render.customer(customer))
        return
    before = {"address": dict(customer.person.address)}
    customer.person.address["line1"] = f"{world.rng.randrange(1, 240)} Garden Row"
    world.emit(at, merchant, "customer.updated", render.customer(customer), before)


def test_payment(world: World, merchant: Merchant, at: int) -> Order:
    """A developer tries the integration with a test card: the records are Stripe's, the money is not real."""
    customer = merchants.draw_customer(merchant, world.rng, world.ids, at, [])
    customer.id = None
    method = draw_method(world.rng, world.ids, "card", customer.person.country, merchants.year_of(at), at)
    amount, currency = amount_of(world, merchant)
    return Order(
        merchant, customer, method, amount, currency, at, "127.0.0.1", 0.0, patience=0, livemode=False
    )
