"""A run that is cut at one of its commits, as a killed process is: what comes after is not done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.delta import checkpoints
from pipelines.delta.delta_rs import DeltaRs
from pipelines.delta.delta_spark import DeltaSpark
from pipelines.privacy import forgotten as suppression

COMMITS = ("amend", "replace", "expunge", "touch")

STEPS: tuple[tuple[Any, str], ...] = (
    *((committer, name) for committer in (DeltaRs, DeltaSpark) for name in COMMITS),
    (checkpoints, "drop_before"),
    (suppression, "save"),
)
"""Everything that an erasure changes on the disk."""


class Cut(Exception):  # noqa: N818 - it stands for a kill
    """The process is gone."""


def cut_before(patch: pytest.MonkeyPatch, step: int) -> Callable[[], int]:
    """Cut before the step of that number, from 1; gives how many steps were begun."""
    begun = 0

    def cutting(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal begun
            begun += 1
            if begun == step:
                raise Cut
            return original(*args, **kwargs)

        return wrapped

    for owner, name in STEPS:
        patch.setattr(owner, name, cutting(getattr(owner, name)))
    return lambda: begun
