"""A rule's condition that can be used: understood, of kinds that go together, on columns that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.rules import expression
from pipelines.rules.kinds import check
from pipelines.rules.parser import parse
from pipelines.rules.tree import Kind, Node, names_in
from pipelines.rules.writing import written

if TYPE_CHECKING:
    from pyspark.sql import Column


@dataclass(frozen=True)
class Condition:
    """A condition on one payment."""

    tree: Node

    @property
    def text(self) -> str:
        """The condition in its plainest spelling."""
        return written(self.tree)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it looks at, each once, in the order in which they are written."""
        return tuple(dict.fromkeys(names_in(self.tree)))

    def holds(self) -> Column:
        """Whether it holds, for a frame that has its columns: true or false, never null."""
        return expression.condition(self.tree)


def parse_condition(text: str, names: Mapping[str, Kind]) -> Condition:
    """A condition from its text.

    Args:
        text: such as ``:card_country: != :ip_country: and :card_declines_1h: > 3``.
        names: the columns that it may use; see :func:`pipelines.rules.kinds.names_of`.

    Raises:
        RuleError: it cannot be used; the message shows the place, what is allowed, and what was probably meant.
    """
    tree = parse(text, names)
    check(text, tree)
    return Condition(tree)
