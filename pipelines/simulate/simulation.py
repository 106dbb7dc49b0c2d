"""The simulation itself: time passes tick by tick, and what happens in a tick is written before the next."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipelines.simulate import billing, commerce, fraud, ledger, onboarding, payments, shopping
from pipelines.simulate.archive import Archive
from pipelines.simulate.chance import Ids, stream
from pipelines.simulate.delivery import Delivery
from pipelines.simulate.merchants import Merchant, open_merchants, settle_in
from pipelines.simulate.render import people as render
from pipelines.simulate.settings import DAY, Simulation, Summary
from pipelines.simulate.truth import Truth
from pipelines.simulate.world import World

_WORLD_IDS, _ARRIVALS, _SANDBOX_IDS = 1, 3, 4
_TEST_PAYMENTS = 0.006
_SNAPSHOT = 3


def simulate(
    settings: Simulation, out: Path, truth: Path, progress: Callable[[int], None] | None = None
) -> Summary:
    """Write the archive of `settings` under `out` and the truth about its fraud under `truth`.

    `progress` is called after every day with the number of records so far. Raises FileExistsError if `out`
    already holds an archive, as files of two archives must not mix, and ValueError if `truth` lies within
    `out`, where a reader of the archive would find it.
    """
    if any((out / part).exists() for part in ("events", "objects")):
        raise FileExistsError(
            f"{out} already holds an archive: choose an empty folder or remove events/ and objects/"
        )
    if truth.resolve().is_relative_to(out.resolve()):
        raise ValueError(f"{truth} lies within {out}: the truth about fraud must not be part of the archive")
    summary = Summary()
    with Truth(truth) as facts:
        Run(settings, out, facts, summary).all_days(progress)
        summary.frauds = facts.counts
    return summary


class Run:
    """One simulation on its way."""

    def __init__(self, settings: Simulation, out: Path, truth: Truth, summary: Summary) -> None:
        rng = stream(settings.seed, "world")
        ids = Ids(settings.seed, _WORLD_IDS)
        merchants = open_merchants(settings, rng, ids)
        self.settings = settings
        self.summary = summary
        self.world = World(settings, rng, ids, truth, merchants)
        self.sandbox = World(
            settings, stream(settings.seed, "sandbox"), Ids(settings.seed, _SANDBOX_IDS), truth, merchants
        )
        self.archive = Archive(settings, out, summary)
        self.delivery = Delivery(settings, self.archive, summary)

    def all_days(self, progress: Callable[[int], None] | None) -> None:
        """Simulate every day, from the first to the last."""
        self._open()
        for day in range(self.settings.days):
            self._day(day)
            if progress is not None:
                progress(self.summary.records)

    def _open(self) -> None:
        """What is there before the first day: accounts, customers and subscriptions, exported once."""
        world, start = self.world, self.settings.started_at
        self.delivery.begin_day(0)
        for merchant in world.merchants:
            world.export(start, merchant, "account", render.account(merchant))
            for customer in settle_in(merchant, world.rng, world.ids, start):
                world.export(start, merchant, "customer", render.customer(customer))
                if len(merchant.customers) % 1_000 == 0:
                    self._deliver_opening(start)
            if merchant.trade.subscriptions:
                commerce.offer(world, merchant, start)
                billing.take_over(world, merchant, merchant.customers)
            self._deliver_opening(start)
        ledger.start_payouts(world)
        commerce.start_transfers(world)
        fraud.begin(world)
        onboarding.begin(world)

    def _deliver_opening(self, start: int) -> None:
        """Write what was exported so far, as there may be many customers to begin with."""
        self.delivery.deliver(start, self.world.collect(start // self.settings.tick_seconds, is_final=False))

    def _day(self, day: int) -> None:
        start = self.settings.started_at + day * DAY
        arrivals = np.random.Generator(np.random.PCG64([self.settings.seed, _ARRIVALS, day]))
        self.delivery.begin_day(day)
        for at in range(start, start + DAY, self.settings.tick_seconds):
            self._tick(at, day, arrivals)
        self.archive.end_day()

    def _tick(self, at: int, day: int, arrivals: np.random.Generator) -> None:
        seconds = self.settings.tick_seconds
        self.world.catch_up(at + seconds)
        for merchant in self.world.merchants:
            mean = merchant.arrivals(at, day) / self.settings.ticks_per_hour
            self._serve(merchant, at, arrivals, int(arrivals.poisson(mean)))
        self.world.catch_up(at + seconds)
        if at % DAY == DAY - seconds:
            self._snapshot(at + seconds - 1)
        self._deliver(at)
        if (at + seconds) % 3600 == 0:
            self.archive.end_hour()

    def _serve(self, merchant: Merchant, at: int, arrivals: np.random.Generator, buyers: int) -> None:
        """Let buyers come at random seconds of the tick, and fraudsters among them."""
        if not buyers:
            return
        offsets = arrivals.integers(0, self.settings.tick_seconds, buyers).tolist()
        draws = arrivals.random((buyers, 2)).tolist()
        for offset, (strikes, tests) in zip(offsets, draws, strict=True):
            shopping.shop(self.world, merchant, at + offset)
            if fraud.is_strike(strikes):
                fraud.strike(self.world, merchant, at + offset, strikes)
            if self.settings.dirt and tests < _TEST_PAYMENTS:
                payments.pay(self.sandbox, shopping.test_payment(self.sandbox, merchant, at + offset))

    def _deliver(self, at: int) -> None:
        tick = at // self.settings.tick_seconds
        items, tests = list(self.world.collect(tick)), list(self.sandbox.collect(tick))
        if tests:
            self.summary.dirt["test_mode"] += len(tests)
            items = sorted([*items, *tests])
        self.delivery.deliver(at, items)

    def _snapshot(self, at: int) -> None:
        """A nightly export of a few objects, as teams keep them beside the events."""
        for merchant in self.world.merchants:
            if merchant.customers:
                customer = self.world.rng.choice(merchant.customers)
                if self.world.rng.random() < _SNAPSHOT / len(self.world.merchants):
                    self.world.export(at, merchant, "customer", render.customer(customer))
            if at // DAY % 7 == merchant.index % 7:
                self.world.export(at, merchant, "account", render.account(merchant))
