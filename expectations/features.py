"""What is expected of features, as their set declares them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expectations.check import Check, all_of
from pipelines.features.feature import Feature, FeatureSet, Own

AT_LEAST_ZERO = ("count", "distinct", "seconds_since_last", "seconds_since_first", "velocity", "std")


def checks(feature_set: FeatureSet, features: Iterable[Feature] | None = None) -> Iterator[Check]:
    """Checks of a table that has the features of a set, or some of them."""
    chosen = feature_set.features if features is None else tuple(features)
    counts = {f.name: f"{f.name} >= 0" for f in chosen if f.aggregation in AT_LEAST_ZERO}
    shares = {f.name: f"{f.name} between 0 and 1" for f in chosen if f.aggregation == "share"}
    if counts:
        yield all_of("counts_not_negative", counts, "No count, time, spread or velocity is negative.")
    if shares:
        yield all_of("shares_are_shares", shares, "Shares are from 0 to 1.")


def of_payments(feature_set: FeatureSet) -> Iterator[Check]:
    """Checks of a table that has all features of a set for each payment."""
    yield from checks(feature_set)
    flags = {own.name: f"{own.name} in (0, 1)" for own in feature_set.own if _is_statement(own)}
    yield all_of("statements_true_or_false", flags, "What is or has something is 1 or 0.")


def _is_statement(own: Own) -> bool:
    return own.name.startswith(("is_", "has_"))
