"""What an export gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Exported:
    """Definitions in a format.

    Attributes:
        text: the file.
        left_out: what the format cannot say, a sentence each.
    """

    text: str
    left_out: tuple[str, ...] = ()


def as_yaml(*documents: Any) -> str:
    """Documents as YAML, in the order in which they are made, without references."""
    return yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """YAML that other readers take as it stands."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
