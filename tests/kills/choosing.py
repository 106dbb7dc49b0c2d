"""At which moments a run is killed: those of an undisturbed run, the least tried first, and any time between them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.kills.harness import Ended, Json


@dataclass(frozen=True)
class Moments:
    """What an undisturbed run went through.

    Attributes:
        met: how often each of its moments was another run's last.
        seconds: how long it took.
        waited: how often a run was to be killed at a moment and came to its end: not every run goes through each.
    """

    met: Counter[str]
    seconds: float
    waited: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, undisturbed: Ended) -> Moments:
        """Those of a run that was watched to its end."""
        calls = [one.removeprefix("after ") for one in undisturbed.moments if one.startswith("after ")]
        moments = [*undisturbed.moments, *(f"within {call}" for call in calls)]
        return cls(Counter(dict.fromkeys(moments, 0)), undisturbed.seconds)

    def next(self, chance: random.Random, share: float) -> Json:
        """How the next run is killed: a share of them at a moment that was met least, the others at any time."""
        if chance.random() >= share:
            return {"after": chance.uniform(0.1, max(self.seconds / 2, 0.5))}
        tried = {moment: met + self.waited[moment] for moment, met in self.met.items()}
        fewest = min(tried.values())
        wanted = [moment for moment, times in tried.items() if times == fewest]
        return {"watch": True, "wanted": wanted, "share": 0.2, "seed": chance.getrandbits(32)}

    def count(self, how: Json, ended: Ended) -> None:
        """Note a run that was killed, or came to its end before."""
        assert ended.killed or ended.code == 0, ended.error
        if ended.killed and ended.at:
            self.met[ended.at] += 1
        elif not ended.killed:
            self.waited.update(how.get("wanted", ()))

    def __str__(self) -> str:
        seen = sum(1 for count in self.met.values() if count)
        return f"{seen} of {len(self.met)} moments met; whole run {self.seconds:.1f} s"
