"""What a metric is: sums of a gold table's columns, or one sum over another, said once for everyone who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from pipelines.metrics.shared.period import GRAINS
from pipelines.payments.maturity import Maturity
from pipelines.table import Column, Table

Unit = Literal["count", "money", "rate", "duration"]
"""Money is whole minor units of one currency, or their mean; a duration is seconds."""

Number = int | float

ENDINGS: Mapping[Unit, str] = {"count": "_count", "money": "_minor", "rate": "_rate", "duration": "_seconds"}
"""How the names of metrics end, by their unit; columns of tables keep to it, too."""

ROWS = "*"
"""Stands among parts for the number of rows."""

DAYS: Mapping[str, tuple[str, ...]] = {"date": GRAINS, "month": GRAINS[2:]}
"""Columns that say which day, or which month by its first day, a row is about; and what it can be grouped by then."""

CURRENCY = "currency"


@dataclass(frozen=True)
class Metric:
    """A figure that people compare.

    Attributes:
        name: snake_case, with the ending of its unit.
        meaning: what it says, in a sentence.
        table: the gold table that it is made from.
        numerator: columns that are added up, those with a minus before them taken away; ``*`` counts rows.
        unit: what it is measured in.
        owner: who answers for the definition: finance, payments, risk, identity, growth, data.
        denominator: columns whose sum the numerator's is divided by; none for a plain sum. Both sums are made before
            they are divided, and there is no value where the denominator is 0.
        only: a condition on the table's columns for rows that count at all.
        part: a further condition for rows that count in the numerator.
        dimensions: columns that it can be asked by; by default the table's key.
        apart: dimensions whose values must not be added up: each is grouped by, or kept to one value.
        matures: how old a day's cohort is until nothing is expected to come any more; None where a day is final.
        synonyms: what people call it.

    Raises:
        ValueError: the name does not say the unit.
    """

    name: str
    meaning: str
    table: str
    numerator: tuple[str, ...]
    unit: Unit
    owner: str
    denominator: tuple[str, ...] = ()
    only: str | None = None
    part: str | None = None
    dimensions: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    matures: Maturity | None = None
    synonyms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit) or not self.name.endswith(ENDINGS[self.unit]):
            raise ValueError(f"metric {self.name}: the name of a {self.unit} ends in {ENDINGS[self.unit]}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is made of, each once."""
        parts = (part.removeprefix("-") for part in (*self.numerator, *self.denominator))
        return tuple(dict.fromkeys(part for part in parts if part != ROWS))

    @property
    def has_money(self) -> bool:
        """Whether amounts are added up in it, so that it says something within one currency alone."""
        return any(column.endswith(ENDINGS["money"]) for column in self.columns)

    @property
    def definition(self) -> str:
        """What is divided by what, in a line."""
        upper, lower = _added(self.numerator), _added(self.denominator)
        upper += f" where {self.part}" if self.part else ""
        whole = f"sum of {upper}" + (f" / sum of {lower}" if self.denominator else "")
        return f"{whole}, where {self.only}" if self.only else whole

    def dimensions_of(self, table: Table) -> tuple[Column, ...]:
        """What it can be asked by, besides stretches of time."""
        names = self.dimensions or table.key
        return tuple(table.column(name) for name in names if name not in DAYS)

    def sides(self, sums: Mapping[str, Number]) -> tuple[Number, Number]:
        """What is divided by what, from sums of its columns over the rows that it is of; by 1 where it is a plain sum.

        For those who have the sums already: the report adds up once what many of its charts show.
        """
        return _total(self.numerator, sums), _total(self.denominator, sums) if self.denominator else 1


def day_of(table: Table) -> str | None:
    """The column of a table that says which day a row is about; None where rows are of no day."""
    return next((name for name in DAYS if name in table.column_names), None)


def grains_of(table: Table) -> tuple[str, ...]:
    """The stretches of time that a table's rows can be grouped by."""
    return DAYS.get(day_of(table) or "", ())


@dataclass(frozen=True)
class Subject:
    """What the metrics of a table have in common: each has it from here, where it says nothing else itself."""

    table: str
    owner: str
    dimensions: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    matures: Maturity | None = None
    only: str | None = None

    def __call__(
        self,
        name: str,
        meaning: str,
        up: str | tuple[str, ...] = (),
        down: str | tuple[str, ...] = (),
        *,
        only: str | None = None,
        part: str | None = None,
        dimensions: tuple[str, ...] = (),
        apart: tuple[str, ...] = (),
        matures: Maturity | None = None,
        synonyms: tuple[str, ...] = (),
    ) -> Metric:
        """A metric of this subject; what is not told here is told at :class:`Metric`.

        Args:
            name: its name, from whose end the unit follows.
            meaning: of it.
            up: the numerator; by default the column of the same name.
            down: the denominator.
        """
        return Metric(
            name,
            meaning,
            self.table,
            numerator=_tuple(up or name),
            unit=next(unit for unit, ending in ENDINGS.items() if name.endswith(ending)),
            owner=self.owner,
            denominator=_tuple(down),
            only=only or self.only,
            part=part,
            dimensions=dimensions or self.dimensions,
            apart=apart or self.apart,
            matures=matures or self.matures,
            synonyms=synonyms,
        )


def _tuple(parts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (parts,) if isinstance(parts, str) else parts


def _added(parts: tuple[str, ...]) -> str:
    """Parts as they are written: ``a + b - c``, or rows."""
    text = " ".join(f"- {part[1:]}" if part.startswith("-") else f"+ {part}" for part in parts)
    text = text.removeprefix("+ ").replace(ROWS, "rows")
    return f"({text})" if len(parts) > 1 else text


def _total(parts: tuple[str, ...], sums: Mapping[str, Number]) -> Number:
    return sum(-sums[part[1:]] if part.startswith("-") else sums[part] for part in parts)
