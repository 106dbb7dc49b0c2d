"""What surrounds payments: products and prices, payment pages, cards kept for later, credit notes, money passed on.

None of it draws from the world's chance: the payments of an archive are the same with it as they were without.
"""

import orjson

from pipelines.simulate import ledger, money
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.payment import Intent, Order
from pipelines.simulate.people import Customer, Method
from pipelines.simulate.render import billing, discounts, prices
from pipelines.simulate.render import commerce as render
from pipelines.simulate.render.billing import Invoice, Subscription
from pipelines.simulate.render.commerce import Transfer
from pipelines.simulate.settings import DAY
from pipelines.simulate.trades import PLANS
from pipelines.simulate.world import World

_PAGES, _CREDITS, _REVERSALS, _WELCOMES = 8, 40, 4, 3
"""One payment of so many goes through a payment page, one paid invoice is credited, one transfer is taken back, one
subscription gets a coupon."""

_PASSED_ON = 10
"""Days between two transfers; each takes that share of what the platform could pay out."""


def price_of(name: str, merchant: Merchant) -> str:
    """Id of the price of a plan."""
    return f"price_1{name}{merchant.id[-10:]}"


def offer(world: World, merchant: Merchant, at: int) -> None:
    """Export what a merchant sells as subscriptions."""
    currency = merchant.trade.currency
    for amount, name in PLANS:
        price = price_of(name, merchant)
        world.export(at, merchant, "product", prices.product(prices.product_of(price), name, merchant))
        body = prices.price(
            price, prices.product_of(price), money.minor(amount, currency), currency, merchant.created
        )
        world.export(at, merchant, "price", orjson.dumps(body))
    world.export(at, merchant, "coupon", orjson.dumps(discounts.coupon(merchant.created)))


def welcome(world: World, subscription: Subscription, at: int) -> None:
    """Some subscriptions get support, and with it a coupon that waives it: what is paid stays the same."""
    if _falls_on(subscription.id, _WELCOMES):
        subscription.discount, subscription.discounted_at = f"di_1{subscription.id[5:]}", at
        merchant = subscription.merchant
        body = orjson.dumps(billing.discount(subscription, merchant.is_old(at)))
        id = f"evt_1{subscription.id[5:]}"
        world.emit(at, merchant, "customer.discount.created", body, id=id)


def waived(subscription: Subscription) -> int:
    """What the support costs that a discount takes off the invoice: a fifth of the price, in the first months."""
    is_new = subscription.discount is not None and subscription.invoices <= discounts.MONTHS
    return max(100, subscription.amount // 500 * 100) if is_new else 0


def page(world: World, intent: Intent, at: int) -> None:
    """Some payments were made on a page that Stripe hosts; where nobody paid, the page expires."""
    order = intent.order
    if not _is_at_page(order) or not _falls_on(intent.id, _PAGES):
        return
    id = f"cs_live_a1{intent.id[5:]}"
    if intent.status == "succeeded":
        body = render.checkout_session(id, intent, order.at, "complete")
        world.emit(at, order.merchant, "checkout.session.completed", body, requested=False)
    elif intent.status == "requires_payment_method":
        world.later(order.at + DAY, _expire, intent, id)


def _is_at_page(order: Order) -> bool:
    return order.livemode and order.invoice is None and not order.off_session and order.scenario is None


def _expire(world: World, at: int, intent: Intent, id: str) -> None:
    body = render.checkout_session(id, intent, intent.order.at, "expired")
    world.emit(at, intent.order.merchant, "checkout.session.expired", body, requested=False)


def keep(world: World, merchant: Merchant, customer: Customer, method: Method, at: int) -> None:
    """A customer keeps a card for later."""
    id = f"seti_1{method.id[4:]}"
    for kind, status in (("created", "requires_payment_method"), ("succeeded", "succeeded")):
        body = render.setup_intent(id, customer, method.id, at, status)
        world.emit(at, merchant, f"setup_intent.{kind}", body)


def credit(world: World, invoice: Invoice, at: int) -> None:
    """Some customers get a part of a paid invoice back, on their balance."""
    if _falls_on(invoice.id, _CREDITS):
        amount = max(1, invoice.amount // 200 * 100)
        body = render.credit_note(f"cn_1{invoice.id[4:]}", invoice, amount, at)
        world.emit(at, invoice.subscription.merchant, "credit_note.created", body)


def start_transfers(world: World) -> None:
    """Have the platform pass money on, from the first days on."""
    world.later(world.settings.started_at + 3 * DAY + 3600, _pass_on)


def _pass_on(world: World, at: int) -> None:
    world.later(at + _PASSED_ON * DAY, _pass_on)
    platform = world.platform
    for currency in platform.trade.settles:
        amount = world.available[platform.id, currency] // _PASSED_ON // 100 * 100
        if amount < money.CURRENCIES[currency].minimum:
            continue
        id = world.ids.new("tr_1")
        transaction, _ = ledger.book(world, platform, at, "transfer", "transfer", -amount, currency, id)
        state = Transfer(id, amount, currency, at, f"acct_1Partner{platform.id[-8:]}", transaction)
        world.emit(at, platform, "transfer.created", render.transfer(state))
        if _falls_on(id, _REVERSALS):
            world.later(at + DAY, _take_back, state)


def _take_back(world: World, at: int, state: Transfer) -> None:
    """Half of a transfer comes back."""
    amount, id = max(1, state.amount // 200 * 100), world.ids.new("trr_1")
    transaction, _ = ledger.book(
        world, world.platform, at, "transfer_refund", "transfer_reversal", amount, state.currency, id
    )
    state.amount_reversed = amount
    state.reversals = (render.transfer_reversal(id, state, amount, at, transaction),)
    world.emit(
        at,
        world.platform,
        "transfer.reversed",
        render.transfer(state),
        {"amount_reversed": 0, "reversed": False},
    )


def _falls_on(id: str, one_in: int) -> bool:
    """Whether an identifier is one of so many: as good as drawn, and nothing else changes by it."""
    return sum(id[-6:].encode()) % one_in == 0
