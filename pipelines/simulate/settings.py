"""What may be asked of the simulator, and what it reports back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

Granularity = Literal["hour", "day"]
Compression = Literal["gz", "bz2", "zst", "none"]

DAY = 86_400
OLD_VERSION = "2022-08-01"
NEW_VERSION = "2026-06-24.dahlia"


@dataclass(frozen=True)
class Simulation:
    """One archive to be made. The defaults make the demo: about 60,000 records in a few seconds.

    The same settings make the same bytes. More `days` leave the earlier days' files as they are, so a longer
    archive is a shorter one plus new days. Raises ValueError for a value that makes no archive.
    """

    seed: int = 7
    start: date = date(2026, 3, 1)
    days: int = 120
    payments_per_day: int = 80
    """Mean number of payments a day, over all accounts; about 7 records each."""
    accounts: int = 8
    """The platform's own account and its connected accounts together."""
    granularity: Granularity = "day"
    dirt: bool = True
    """Whether duplicates, late and broken lines, test-mode events and contract breaches are mixed in."""
    compression: Compression = "gz"
    eventbridge_share: float = 0.15
    """Share of days whose events arrive in EventBridge envelopes."""
    page_share: float = 0.2
    """Share of days whose balance transactions arrive as list-API pages, the others as one object a line."""
    upgrade_day: int = 45
    """Day on which the platform moves to the new API version; its accounts follow within three weeks."""
    max_file_bytes: int = 64 << 20
    """A file of events is closed, and the next begun, when its uncompressed size passes this."""

    def __post_init__(self) -> None:
        """Refuse values that make no archive."""
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"Simulation.{name} is {value}; it must lie between {low} and {high}")
        _one_of("granularity", self.granularity, ("hour", "day"))
        _one_of("compression", self.compression, ("gz", "bz2", "zst", "none"))

    @property
    def started_at(self) -> int:
        """First second of the archive, as a Unix time."""
        return int(datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC).timestamp())

    @property
    def ticks_per_hour(self) -> int:
        """How finely time is cut, so that what is held in memory at once does not grow with the volume."""
        return next((n for n in (1, 2, 4, 12) if self.payments_per_day <= 200_000 * n), 60)

    @property
    def tick_seconds(self) -> int:
        """Length of the step in which time passes."""
        return 3_600 // self.ticks_per_hour


_RANGES = (
    ("seed", 0, 2**63 - 1),
    ("days", 1, 36_500),
    ("payments_per_day", 1, 50_000_000),
    ("accounts", 1, 10_000),
    ("eventbridge_share", 0.0, 1.0),
    ("page_share", 0.0, 1.0),
    ("upgrade_day", 0, 36_500),
    ("max_file_bytes", 1 << 10, 1 << 40),
)


def _one_of(name: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise ValueError(f"Simulation.{name} is {value!r}; allowed are {', '.join(allowed)}")


@dataclass
class Summary:
    """What was written: counts of whole records, not of lines, except where it says so."""

    files: int = 0
    bytes: int = 0
    """Size of the files on disk."""
    raw_bytes: int = 0
    """Size before compression."""
    events: int = 0
    """Lines of event files, whole and broken, blank ones left out."""
    objects: int = 0
    """Objects without an envelope, counted one by one also where a page holds many."""
    types: Counter[str] = field(default_factory=Counter)
    """Distinct events by type and objects by `object:<type>`, without dirt."""
    dirt: Counter[str] = field(default_factory=Counter)
    """What was mixed in, by kind, as it reached the files; `late` and `out_of_order` add no line."""
    frauds: Counter[str] = field(default_factory=Counter)
    """Payments attempted by fraudsters, or claimed to be, by scenario."""

    @property
    def records(self) -> int:
        """Lines and objects that a reader should find in the archive."""
        return self.events + self.objects
