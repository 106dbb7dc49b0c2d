"""Subscriptions: invoices, renewals, failed payments with their retries, and cancellations."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.simulate import commerce, money, payments, plans
from pipelines.simulate.chance import Weighted
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.payment import Intent, Order
from pipelines.simulate.people import Customer
from pipelines.simulate.reasons import CANCEL_FEEDBACK
from pipelines.simulate.render import billing as render
from pipelines.simulate.render import invoices
from pipelines.simulate.render import people as render_people
from pipelines.simulate.render.billing import Invoice, Subscription
from pipelines.simulate.settings import DAY
from pipelines.simulate.trades import PLANS
from pipelines.simulate.world import World

_FEEDBACK = Weighted(CANCEL_FEEDBACK)
_RETRY_DAYS = (3, 5, 7)
_CHURN = 0.05
_TRIAL_SHARE = 0.2
_TRIAL_DAYS = 14


@dataclass(slots=True, eq=False)
class Bill:
    """An invoice on its way to be paid."""

    subscription: Subscription
    invoice: Invoice
    intent: Intent | None = None


def take_over(world: World, merchant: Merchant, customers: list[Customer]) -> None:
    """The subscriptions that run when the archive begins; each renews within a month."""
    wanted = int(merchant.daily * merchant.trade.subscriptions * 25)
    start = world.settings.started_at
    for customer in customers[:wanted]:
        if customer.methods[0].card is None:
            continue
        began = max(customer.created, start - world.rng.randrange(1, 29) * DAY) - world.rng.randrange(60)
        began = min(began, start - DAY)
        subscription = _draw(world, merchant, customer, began)
        subscription.status = "active"
        commerce.welcome(world, subscription, start)
        world.export(
            start, merchant, "subscription", render.subscription(subscription, merchant.is_old(start))
        )
        world.later(max(subscription.period_end, start + 3600), _renew, subscription)


def subscribe(world: World, merchant: Merchant, customer: Customer, at: int) -> None:
    """A customer takes out a subscription, on trial or paid for at once."""
    subscription = _draw(world, merchant, customer, at)
    commerce.welcome(world, subscription, at)
    if world.rng.random() < _TRIAL_SHARE:
        subscription.status = "trialing"
        subscription.period_end = subscription.trial_end = at + _TRIAL_DAYS * DAY
        _tell(world, at, subscription, "customer.subscription.created")
        world.later(subscription.period_end, _renew, subscription)
    else:
        subscription.status = "incomplete"
        _tell(world, at, subscription, "customer.subscription.created")
        _finalize(world, at + 1, _draft(world, subscription, at, "subscription_create"))


def _draw(world: World, merchant: Merchant, customer: Customer, at: int) -> Subscription:
    amount, name = world.rng.choice(PLANS)
    customer.subscribed = True
    return Subscription(
        id=world.ids.new("sub_1"),
        item=world.ids.new("si_"),
        merchant=merchant,
        customer=customer,
        price=commerce.price_of(name, merchant),
        amount=money.minor(amount, merchant.trade.currency),
        currency=merchant.trade.currency,
        created=at,
        anchor=at,
        period_start=at,
        period_end=_month_after(at),
    )


def _renew(world: World, at: int, subscription: Subscription) -> None:
    """A period ends: the subscription ends with it if that was asked for, else the next one is billed."""
    if subscription.cancel_at_period_end:
        _end(world, at, subscription, "cancellation_requested")
        return
    before = _period(subscription)
    if subscription.status == "trialing":
        before["status"], subscription.status = "trialing", "active"
    subscription.period_start, subscription.period_end = at, _month_after(at)
    _tell(world, at, subscription, "customer.subscription.updated", before)
    bill = _draft(world, subscription, at, "subscription_cycle")
    world.later(at + 3600, _finalize, bill)


def _draft(world: World, subscription: Subscription, at: int, reason: str) -> Bill:
    merchant = subscription.merchant
    subscription.invoices += 1
    number = f"{(subscription.customer.id or '')[-8:].upper()}-{subscription.invoices:04d}"
    invoice = Invoice(
        world.ids.new("in_1"), world.ids.new("il_1"), subscription, number, reason, at, subscription.amount,
        tuple(subscription.prorations),
    )  # fmt: skip
    if support := commerce.waived(subscription):
        invoice.support = support
        added = invoices.support(invoice)
        world.emit(at, merchant, "invoiceitem.created", added, requested=False, id=f"evt_1{invoice.line[4:]}")
    subscription.prorations.clear()
    subscription.latest_invoice = invoice.id
    world.emit(
        at, merchant, "invoice.created", invoices.invoice(invoice, merchant.is_old(at)), requested=False
    )
    return Bill(subscription, invoice)


def _finalize(world: World, at: int, bill: Bill) -> None:
    bill.invoice.status, bill.invoice.finalized_at = "open", at
    _tell_invoice(world, at, bill.invoice, "invoice.finalized")
    _collect(world, at + 1, bill)


def _collect(world: World, at: int, bill: Bill) -> None:
    """Try to have the invoice paid: on the first attempt with a new intent, later with the same one."""
    bill.invoice.attempts += 1
    if bill.intent is None:
        bill.intent = payments.pay(world, _order(world, bill, at))
        bill.invoice.payment_intent = bill.intent.id
    else:
        payments.attempt(world, bill.intent, at)
    charge = bill.intent.charge
    bill.invoice.charge = charge.id if charge else None
    settled_at = (charge.created if charge else at) + 1
    if bill.intent.status == "succeeded":
        _settle(world, settled_at, bill)
    else:
        _miss(world, settled_at, bill)


def _order(world: World, bill: Bill, at: int) -> Order:
    subscription = bill.subscription
    customer = subscription.customer
    return Order(
        merchant=subscription.merchant,
        customer=customer,
        method=customer.methods[0],
        amount=bill.invoice.total,
        currency=subscription.currency,
        at=at,
        ip=customer.person.ip,
        risk=0.02,
        invoice=bill.invoice.id,
        off_session=True,
        patience=0,
        cvc=None,
    )


def _settle(world: World, at: int, bill: Bill) -> None:
    invoice, subscription = bill.invoice, bill.subscription
    merchant = subscription.merchant
    invoice.status, invoice.paid_at, invoice.next_attempt = "paid", at, None
    _tell_invoice(world, at, invoice, "invoice.paid")
    _tell_invoice(world, at, invoice, "invoice.payment_succeeded")
    commerce.credit(world, invoice, at + 1)
    if not merchant.is_old(at):
        body = invoices.invoice_payment(world.ids.new("inpay_1"), invoice, at)
        world.emit(at, merchant, "invoice_payment.paid", body, requested=False)
    if subscription.status != "active":
        before, subscription.status = {"status": subscription.status}, "active"
        _tell(world, at, subscription, "customer.subscription.updated", before)
    plans.perhaps_change(world, subscription, at)
    if invoice.reason == "subscription_create":
        world.later(subscription.period_end, _renew, subscription)
    else:
        _next_renewal(world, at, subscription)


def _next_renewal(world: World, at: int, subscription: Subscription) -> None:
    """The next period's end; some customers ask before it that there be no further one."""
    if world.rng.random() < _CHURN:
        span = max(subscription.period_end - at - 3600, 1)
        world.later(at + world.rng.randrange(span), _ask_to_cancel, subscription)
    world.later(max(subscription.period_end, at + 60), _renew, subscription)


def _ask_to_cancel(world: World, at: int, subscription: Subscription) -> None:
    if subscription.status == "canceled":
        return
    subscription.cancel_at_period_end, subscription.canceled_at = True, at
    subscription.cancel_reason, subscription.feedback = "cancellation_requested", _FEEDBACK.pick(world.rng)
    before = {"cancel_at_period_end": False, "canceled_at": None, "cancel_at": None}
    _tell(world, at, subscription, "customer.subscription.updated", before)


def _miss(world: World, at: int, bill: Bill) -> None:
    """A payment failed: try again in some days, and give up after the last attempt."""
    invoice, subscription = bill.invoice, bill.subscription
    retry = None if invoice.attempts > len(_RETRY_DAYS) else at + _RETRY_DAYS[invoice.attempts - 1] * DAY
    if subscription.status == "incomplete" and invoice.attempts > 1:
        retry = None
    invoice.next_attempt = retry
    _tell_invoice(world, at, invoice, "invoice.payment_failed")
    if retry is not None:
        _fall_behind(world, at, subscription)
        world.later(retry, _collect, bill)
    elif subscription.status == "incomplete":
        _expire(world, at, bill)
    else:
        invoice.status, invoice.uncollectible_at = "uncollectible", at
        _tell_invoice(world, at, invoice, "invoice.marked_uncollectible")
        _end(world, at, subscription, "payment_failed")


def _fall_behind(world: World, at: int, subscription: Subscription) -> None:
    if subscription.status != "active":
        return
    subscription.status = "past_due"
    _tell(world, at, subscription, "customer.subscription.updated", {"status": "active"})
    customer = subscription.customer
    if not customer.delinquent:
        customer.delinquent = True
        body = render_people.customer(customer)
        world.emit(
            at, subscription.merchant, "customer.updated", body, {"delinquent": False}, requested=False
        )


def _expire(world: World, at: int, bill: Bill) -> None:
    """The first payment never came: the subscription never began."""
    bill.invoice.status, bill.invoice.voided_at = "void", at
    _tell_invoice(world, at, bill.invoice, "invoice.voided")
    bill.subscription.status, bill.subscription.ended_at = "incomplete_expired", at
    bill.subscription.customer.subscribed = False
    before = {"status": "incomplete"}
    _tell(world, at, bill.subscription, "customer.subscription.updated", before)


def _end(world: World, at: int, subscription: Subscription, reason: str) -> None:
    subscription.status, subscription.ended_at = "canceled", at
    subscription.canceled_at = subscription.canceled_at or at
    subscription.cancel_reason = reason
    subscription.customer.subscribed = False
    _tell(world, at, subscription, "customer.subscription.deleted")


def _period(subscription: Subscription) -> dict[str, Any]:
    return {"current_period_end": subscription.period_end, "current_period_start": subscription.period_start}


def _tell(
    world: World, at: int, subscription: Subscription, type: str, previous: dict[str, Any] | None = None
) -> None:
    merchant = subscription.merchant
    body = render.subscription(subscription, merchant.is_old(at))
    world.emit(at, merchant, type, body, previous, requested=False)


def _tell_invoice(world: World, at: int, invoice: Invoice, type: str) -> None:
    merchant = invoice.subscription.merchant
    world.emit(at, merchant, type, invoices.invoice(invoice, merchant.is_old(at)), requested=False)


def _month_after(at: int) -> int:
    """The same time a month later, on the month's last day where it has no such day."""
    then = datetime.fromtimestamp(at, UTC)
    first = (then.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    return int(first.replace(day=min(then.day, last)).timestamp())
