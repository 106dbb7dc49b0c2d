"""What is expected of columns that were compared with what a model has learnt from."""

from __future__ import annotations

from expectations.check import Check, figure
from pipelines.models.drift import figures as drift
from pipelines.models.drift.reference import SERIOUS


def columns_as_learnt(looked_at: str) -> tuple[Check, ...]:
    """No column has shifted, and none has lost values.

    Args:
        looked_at: the payments that are compared, as a sentence.
    """
    return (
        figure(
            "features_as_learnt",
            drift.FEATURES_MOVED,
            "No feature has shifted: its population stability index, against what the model has learnt from, is at "
            f"most {SERIOUS}. {looked_at}",
            at_most=SERIOUS,
        ),
        figure(
            "probabilities_as_tested",
            drift.PROBABILITY_MOVED,
            "The probabilities have not shifted: their population stability index, against the test days, is at most "
            f"{SERIOUS}. {looked_at}",
            at_most=SERIOUS,
        ),
        figure(
            "features_known_as_learnt",
            drift.NULLS,
            f"Of no feature is the share of unknown values more than {drift.NULLS_RISEN} greater than in what was "
            f"learnt from. {looked_at}",
            at_most=drift.NULLS_RISEN,
        ),
    )
