"""Fraud as it is met. Every scenario pays through the same doors as honest buyers do."""

from pipelines.simulate import identity, merchants, money, payments, shopping
from pipelines.simulate.chance import Weighted, weighted
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.payment import Order
from pipelines.simulate.people import Customer, Method, Person, draw_card, draw_ip, draw_method, draw_person
from pipelines.simulate.places import FRAUD_COUNTRIES
from pipelines.simulate.render import people as render
from pipelines.simulate.settings import DAY
from pipelines.simulate.world import World

_COUNTRIES = Weighted(FRAUD_COUNTRIES)
_POSTAL: Weighted[str | None] = Weighted((("fail", 0.35), ("pass", 0.4), ("unavailable", 0.2), (None, 0.05)))
_CVC: Weighted[str | None] = Weighted((("pass", 0.78), ("fail", 0.12), ("unavailable", 0.1)))

STOLEN_CARD_RATE = 0.0024
TAKEOVER_RATE = 0.0008
FALSE_IDENTITY_RATE = 0.0012
BURST_A_DAY = 0.045
"""Chance that a merchant whose shop is easy to probe is probed on a day."""


def begin(world: World) -> None:
    """Let the bursts and the bad merchant start: they run by themselves, day by day."""
    for merchant in world.merchants:
        if merchant.trade.profile == "tested" and merchant.daily >= 1:
            world.later(world.settings.started_at, _probe_daily, merchant)
        if merchant.turns_bad_at is not None:
            world.later(merchant.turns_bad_at, _turn_bad, merchant)


def strike(world: World, merchant: Merchant, at: int, draw: float) -> None:
    """Let a payment's worth of chance, `draw` (0..1), decide whether a fraudster strikes beside it."""
    if draw < STOLEN_CARD_RATE:
        _use_stolen_card(world, merchant, at)
    elif draw < STOLEN_CARD_RATE + TAKEOVER_RATE:
        _take_over(world, merchant, at)
    elif draw < STOLEN_CARD_RATE + TAKEOVER_RATE + FALSE_IDENTITY_RATE and merchant.trade.identity:
        _come_under_false_name(world, merchant, at)


def is_strike(draw: float) -> bool:
    """Whether `strike` would do anything at this draw."""
    return draw < STOLEN_CARD_RATE + TAKEOVER_RATE + FALSE_IDENTITY_RATE


def _use_stolen_card(world: World, merchant: Merchant, at: int) -> None:
    """One to four purchases with one stolen card within hours, mostly as a guest, at dearer prices."""
    fraudster = _fraudster(world, merchant, at)
    method = _stolen(world, merchant, at)
    if world.rng.random() < 0.5:
        fraudster.methods = [method]
        fraudster.id = world.ids.new("cus_")
        shopping.register(world, merchant, fraudster, at)
    ip = _fraud_ip(world, method)
    for number in range(1 + int(world.rng.expovariate(1))):
        _spend(
            world,
            merchant,
            fraudster,
            method,
            ip,
            at + 60 + number * world.rng.randrange(120, 5_400),
            "stolen_card",
            1.5,
        )
        if number == 3:
            break


def _take_over(world: World, merchant: Merchant, at: int) -> None:
    """A customer's account is used by someone else: from elsewhere, for more, often with another card."""
    victim = merchants.returning(merchant, world.rng, 3)
    if victim is None or victim.methods[0].card is None:
        return
    if world.rng.random() < 0.5:
        before = {"email": victim.person.email}
        name, _, domain = victim.person.email.partition("@")
        changed = _with_email(victim.person, f"{name}{world.rng.randrange(10, 99)}@{domain}")
        altered = Customer(
            victim.id, changed, victim.created, victim.hour, victim.spend, victim.methods, victim.currency
        )
        world.emit(at, merchant, "customer.updated", render.customer(altered), before)
    method = victim.methods[0] if world.rng.random() < 0.6 else _stolen(world, merchant, at)
    ip = draw_ip(world.rng, _COUNTRIES.pick(world.rng))
    for number in range(world.rng.randrange(1, 4)):
        _spend(
            world,
            merchant,
            victim,
            method,
            ip,
            at + 300 + number * world.rng.randrange(200, 3_000),
            "account_takeover",
            2.2,
        )


def _come_under_false_name(world: World, merchant: Merchant, at: int) -> None:
    """A made-up person passes (or fails) the identity check, behaves for some days, then spends."""
    fraudster = _fraudster(world, merchant, at)
    fraudster.id = world.ids.new("cus_")
    method = fraudster.methods[0]
    shopping.register(world, merchant, fraudster, at)
    identity.verify(world, merchant, fraudster, at + 60, forged=True)
    for _ in range(world.rng.randrange(2, 6)):
        wait = int(world.rng.uniform(1, 9) * DAY)
        world.later(at + wait, _spend_later, merchant, fraudster, method)


def _spend_later(world: World, at: int, merchant: Merchant, fraudster: Customer, method: Method) -> None:
    _spend(world, merchant, fraudster, method, fraudster.person.ip, at, "identity_fraud", 2.5)


def _probe_daily(world: World, at: int, merchant: Merchant) -> None:
    world.later(at + DAY, _probe_daily, merchant)
    if world.rng.random() < BURST_A_DAY:
        world.later(at + world.rng.randrange(DAY - 7_200), _probe, merchant, *_probe_plan(world, merchant))


def _probe_plan(world: World, merchant: Merchant) -> tuple[int, list[str]]:
    """How many cards are tried, and from which addresses."""
    cards = min(20_000, max(12, int(merchant.daily * world.rng.uniform(0.4, 1.4))))
    return cards, [
        draw_ip(world.rng, _COUNTRIES.pick(world.rng)) for _ in range(world.rng.choice((1, 1, 2, 5)))
    ]


def _probe(world: World, at: int, merchant: Merchant, cards: int, addresses: list[str]) -> None:
    """Try some of the cards with tiny amounts, and come back for the rest minutes later."""
    for _ in range(min(cards, 50)):
        _try_card(world, merchant, at + world.rng.randrange(600), world.rng.choice(addresses))
    if cards > 50:
        world.later(at + world.rng.randrange(30, 600), _probe, merchant, cards - 50, addresses)


def _try_card(world: World, merchant: Merchant, at: int, ip: str) -> None:
    fraudster = _fraudster(world, merchant, at)
    currency = merchant.trade.currency
    amount = money.price(world.rng.uniform(0.5, 3.0), currency)
    method = _stolen(world, merchant, at)
    order = Order(
        merchant,
        fraudster,
        method,
        amount,
        currency,
        at,
        ip,
        world.rng.uniform(0.3, 0.9),
        "card_testing",
        patience=0,
        cvc=_CVC.pick(world.rng),
        postal=_POSTAL.pick(world.rng),
    )
    payments.pay(world, order)


def _turn_bad(world: World, at: int, merchant: Merchant) -> None:
    """A merchant stops delivering and sells more than ever; Stripe steps in seven weeks later."""
    world.truth.bad_merchant(merchant, at)
    merchant.daily *= 1.4
    world.later(at + 49 * DAY, _restrict, merchant)


def _restrict(world: World, at: int, merchant: Merchant) -> None:
    merchant.standing = "rejected"
    before = {"charges_enabled": True, "requirements": {"disabled_reason": None}}
    world.emit(at, merchant, "account.updated", render.account(merchant), before, requested=False)


def _fraudster(world: World, merchant: Merchant, at: int) -> Customer:
    """Someone who is not who they say: plausible, local, mostly with an ordinary address."""
    country = weighted(merchant.trade.buyers).pick(world.rng)
    person = draw_person(world.rng, country, is_fraudster=True)
    method = draw_method(world.rng, world.ids, "card", country, merchants.year_of(at), at)
    return Customer(None, person, at, 3, 1.0, [method], merchant.trade.currency)


def _stolen(world: World, merchant: Merchant, at: int) -> Method:
    """A card of someone else, mostly of the merchant's own part of the world."""
    is_local = world.rng.random() < 0.65
    country = (
        weighted(merchant.trade.buyers).pick(world.rng)
        if is_local
        else world.rng.choice(("US", "GB", "FR", "BR", "CA"))
    )
    card = draw_card(world.rng, world.ids, country, merchants.year_of(at))
    card.is_stolen, card.wallet = True, None
    return Method(world.ids.new("pm_1"), "card", card, at)


def _fraud_ip(world: World, method: Method) -> str:
    """Half of them use an address in the card's own country."""
    assert method.card is not None
    country = method.card.country if world.rng.random() < 0.5 else _COUNTRIES.pick(world.rng)
    return draw_ip(world.rng, country)


def _spend(
    world: World,
    merchant: Merchant,
    buyer: Customer,
    method: Method,
    ip: str,
    at: int,
    scenario: str,
    factor: float,
) -> None:
    if merchant.standing == "rejected":
        return
    amount, currency = shopping.amount_of(world, merchant, factor * world.rng.lognormvariate(0, 0.3))
    order = Order(
        merchant=merchant,
        customer=buyer,
        method=method,
        amount=amount,
        currency=currency,
        at=at,
        ip=ip,
        risk=min(1.0, world.rng.betavariate(2.2, 2.4)),
        scenario=scenario,
        patience=world.rng.randrange(3),
        cvc=_CVC.pick(world.rng),
        postal=_POSTAL.pick(world.rng),
    )
    payments.pay(world, order)


def _with_email(person: Person, email: str) -> Person:
    return Person(person.name, email, person.phone, person.country, person.address, person.ip, person.billing)
