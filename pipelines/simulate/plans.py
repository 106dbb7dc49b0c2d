"""Changes of plan in mid-period: the rest of the period is credited at the old price and billed at the new one.

None of it draws from the world's chance, and what it tells takes none of the world's identifiers.
"""

from pipelines.simulate import money
from pipelines.simulate.commerce import price_of
from pipelines.simulate.render import billing as render
from pipelines.simulate.render.billing import Proration, Subscription
from pipelines.simulate.trades import PLANS
from pipelines.simulate.world import World

_ONE_IN = 9
"""One paid invoice of so many is followed by a change."""

_UP_AFTER, _DOWN_AFTER = 0.5, 0.85
"""Part of the period after which a dearer plan is taken, or a cheaper one: no credit is more than the next invoice."""


def perhaps_change(world: World, subscription: Subscription, at: int) -> None:
    """Some subscriptions change their plan within the period that was just paid for."""
    latest = subscription.latest_invoice or ""
    if sum(latest[-6:].encode()) % _ONE_IN == 0:
        span = subscription.period_end - at
        part = _DOWN_AFTER if _goes_down(subscription) else _UP_AFTER
        if span > 0:
            world.later(at + int(part * span), _change, subscription)


def _place(subscription: Subscription) -> int:
    names = [price_of(name, subscription.merchant) for _, name in PLANS]
    return names.index(subscription.price)


def _goes_down(subscription: Subscription) -> bool:
    """Who has the dearest plan; and who has changed before goes back where that is possible."""
    return _place(subscription) == len(PLANS) - 1 or (
        subscription.plan_changes > 0 and _place(subscription) > 0
    )


def _change(world: World, at: int, subscription: Subscription) -> None:
    if subscription.status != "active" or subscription.cancel_at_period_end:
        return
    merchant = subscription.merchant
    before = {"items": {"data": [render.item(subscription, merchant.is_old(at))]}}
    amount, name = PLANS[_place(subscription) + (-1 if _goes_down(subscription) else 1)]
    was, paid = subscription.price, subscription.amount
    subscription.price, subscription.amount = (
        price_of(name, merchant),
        money.minor(amount, subscription.currency),
    )
    subscription.plan_changes += 1
    rest = (subscription.period_end - at) / (subscription.period_end - subscription.period_start)
    for price, whole in ((was, -paid), (subscription.price, subscription.amount)):
        _prorate(world, at, subscription, price, round(whole * rest))
    body = render.subscription(subscription, merchant.is_old(at))
    id = f"evt_1{subscription.id[5:-2]}{subscription.plan_changes:02d}"
    world.emit(at, merchant, "customer.subscription.updated", body, before, requested=False, id=id)


def _prorate(world: World, at: int, subscription: Subscription, price: str, amount: int) -> None:
    number = f"{subscription.id[5:-3]}{subscription.plan_changes:02d}{len(subscription.prorations)}"
    one = Proration(f"ii_1{number}", price, amount, at, subscription.period_end)
    subscription.prorations.append(one)
    body = render.proration(subscription, one, subscription.merchant.is_old(at))
    world.emit(at, subscription.merchant, "invoiceitem.created", body, requested=False, id=f"evt_1{number}")
