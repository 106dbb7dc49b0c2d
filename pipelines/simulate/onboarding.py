"""Accounts that come to the platform while the archive runs: what is asked of them, and until when they may sell.

They have not sold anything yet. Chance and identifiers are their own: all else is the same as it were without them.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from pipelines.simulate.chance import Ids, stream
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.render import people as render
from pipelines.simulate.settings import DAY
from pipelines.simulate.trades import TRADES
from pipelines.simulate.world import World

_IDS = 5
_EVERY_DAYS = 7
_GIVES_UP, _IS_ASKED_AGAIN = 0.2, 0.25


@dataclass(slots=True, eq=False)
class _Desk:
    """Where accounts are opened: its own chance and identifiers, and how many have come."""

    rng: random.Random
    ids: Ids
    came: list[Merchant] = field(default_factory=list)


def begin(world: World) -> None:
    """Have accounts come to a platform that has any."""
    if len(world.merchants) > 1:
        seed = world.settings.seed
        desk = _Desk(stream(seed, "onboarding"), Ids(seed, _IDS))
        world.later(_next(desk, world.settings.started_at), _come, desk)


def _next(desk: _Desk, at: int) -> int:
    return at + 3_600 + int(desk.rng.expovariate(1 / (_EVERY_DAYS * DAY)))


def _come(world: World, at: int, desk: _Desk) -> None:
    trade = desk.rng.choice(TRADES[1:])
    merchant = Merchant(
        id=desk.ids.new("acct_1"),
        index=len(world.merchants) + len(desk.came),
        name=f"{trade.name} Partner {len(desk.came) + 1}",
        trade=trade,
        is_platform=False,
        daily=0.0,
        created=at,
        upgraded_at=world.platform.upgraded_at,
        payout_second=0,
        pool_limit=0,
        turns_bad_at=None,
        standing="asked",
    )
    desk.came.append(merchant)
    _tell(world, at + 1, desk, merchant, {"requirements": {"currently_due": []}})
    if desk.rng.random() >= _GIVES_UP:
        world.later(at + 600 + int(desk.rng.expovariate(1 / DAY)), _submit, desk, merchant)
    world.later(_next(desk, at), _come, desk)


def _submit(world: World, at: int, desk: _Desk, merchant: Merchant) -> None:
    """What was asked for is told; Stripe checks it."""
    told = (
        {"details_submitted": False}
        if merchant.standing == "asked"
        else {"requirements": {"currently_due": ["company.tax_id"]}}
    )
    merchant.standing = "checked"
    _tell(world, at, desk, merchant, told)
    decided = at + 120 + int(desk.rng.expovariate(1 / (2 * DAY)))
    asks_again = desk.rng.random() < _IS_ASKED_AGAIN
    world.later(decided, _ask_again if asks_again else _enable, desk, merchant)


def _ask_again(world: World, at: int, desk: _Desk, merchant: Merchant) -> None:
    merchant.standing = "asked_again"
    _tell(world, at, desk, merchant, {"requirements": {"pending_verification": ["company.tax_id"]}})
    world.later(at + 3_600 + int(desk.rng.expovariate(1 / (3 * DAY))), _submit, desk, merchant)


def _enable(world: World, at: int, desk: _Desk, merchant: Merchant) -> None:
    merchant.standing = "enabled"
    _tell(world, at, desk, merchant, {"charges_enabled": False, "payouts_enabled": False})


def _tell(world: World, at: int, desk: _Desk, merchant: Merchant, previous: dict[str, Any]) -> None:
    body, id = render.account(merchant), desk.ids.new("evt_1")
    world.emit(at, merchant, "account.updated", body, previous, requested=False, id=id)
