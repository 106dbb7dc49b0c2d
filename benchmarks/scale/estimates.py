"""What measured models say for a user of another size, in machines and money. Nothing here is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import yaml

from benchmarks.scale.fitting import Model

INPUTS = Path(__file__).parent / "inputs.yaml"
HOUR = 3_600
GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class User:
    """Whose payments they are.

    Attributes:
        name: what kind of company.
        payments: in the whole history.
        days: over which they came.
        engine: that such a one would use.
    """

    name: str
    payments: int
    days: int
    engine: str

    @property
    def row(self) -> Mapping[str, float]:
        """What figures depend on."""
        return {
            "payments": self.payments,
            "days": self.days,
            "day_payments": self.payments / self.days,
            "commits": 0,
        }


@dataclass(frozen=True)
class Cluster:
    """What a run may use, and how long it may take: see inputs.yaml."""

    executor_cores: int
    executor_memory_gb: int
    utilization: float
    first_load_hours: float
    day_hours: float

    def executors(self, cpu_seconds: float, hours: float) -> int:
        """How many are needed for some processor seconds to be worked off in some hours."""
        return max(1, ceil(cpu_seconds / self.utilization / HOUR / hours / self.executor_cores))


@dataclass(frozen=True)
class Prices:
    """US dollars: see inputs.yaml."""

    core_hour: float
    storage_gb_month: float
    write_requests_1000: float
    read_requests_1000: float

    def work(self, cpu_seconds: float, utilization: float) -> float:
        """What processor seconds cost on cores that are paid for also while they wait."""
        return cpu_seconds / utilization / HOUR * self.core_hour

    def storage(self, stored_bytes: float) -> float:
        """What bytes cost in a month."""
        return stored_bytes / GIGABYTE * self.storage_gb_month

    def requests(self, writes: float, reads: float) -> float:
        """What requests to an object store cost."""
        return writes / 1_000 * self.write_requests_1000 + reads / 1_000 * self.read_requests_1000


@dataclass(frozen=True)
class Inputs:
    """All that is not measured."""

    users: tuple[User, ...]
    cluster: Cluster
    prices: Prices
    file_bytes: int
    raw_file_bytes: int


def inputs(file: Path = INPUTS) -> Inputs:
    """Read them.

    Raises:
        TypeError: one is missing, or is none of them.
    """
    given: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    users = tuple(User(name, **values) for name, values in given["users"].items())
    return Inputs(users, Cluster(**given["cluster"]), Prices(**given["prices"]), **given["layout"])


@dataclass(frozen=True)
class Work:
    """What some run of a user would take.

    Attributes:
        cpu_seconds: of all processors.
        executors: that work it off in the time that it may take.
        dollars: what these are paid for.
    """

    cpu_seconds: float
    executors: int
    dollars: float


@dataclass(frozen=True)
class Estimate:
    """What a user of some size would need.

    Attributes:
        user: who.
        raw_bytes: of raw files before they are compressed.
        stored_bytes: of raw files as they are stored.
        table_bytes: of all tables.
        files: data files of all tables, where each is as large as it may be.
        raw_files: of the history.
        storage_dollars: of a month, for raw files and tables.
        load: a first load of everything; None where too little was measured to say it.
        day: a run that takes in one more day; likewise.
    """

    user: User
    raw_bytes: float
    stored_bytes: float
    table_bytes: float
    files: int
    raw_files: int
    storage_dollars: float
    load: Work | None
    day: Work | None


def estimate(
    user: User, models: tuple[Model, Model] | None, sizes: Mapping[str, float], given: Inputs
) -> Estimate:
    """What measured figures say of a user.

    Args:
        user: whose payments they are.
        models: processor seconds of a first load and of a run that takes in one more day; None where too little was
            measured.
        sizes: bytes a payment of ``raw`` files, of these as they are ``stored``, compressed, and of ``tables``.
        given: what is not measured.
    """
    stored, tables = user.payments * sizes["stored"], user.payments * sizes["tables"]
    cluster = given.cluster
    return Estimate(
        user=user,
        raw_bytes=user.payments * sizes["raw"],
        stored_bytes=stored,
        table_bytes=tables,
        files=ceil(tables / given.file_bytes),
        raw_files=max(user.days, ceil(user.payments * sizes["raw"] / given.raw_file_bytes)),
        storage_dollars=given.prices.storage(stored + tables),
        load=_work(models[0].at(user.row), cluster.first_load_hours, given) if models else None,
        day=_work(models[1].at(user.row), cluster.day_hours, given) if models else None,
    )


def _work(cpu_seconds: float, hours: float, given: Inputs) -> Work:
    cluster = given.cluster
    dollars = given.prices.work(cpu_seconds, cluster.utilization)
    return Work(cpu_seconds, cluster.executors(cpu_seconds, hours), dollars)
