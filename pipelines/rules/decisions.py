"""What rules and model together decide of each payment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.rules.columns import with_scores
from pipelines.rules.ruleset import DEFAULT, MODEL, NO_ACTION, Cuts, Ruleset

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def decide(features: DataFrame, scores: DataFrame | None, ruleset: Ruleset) -> DataFrame:
    """The decision on each payment.

    The first rule that holds decides, in the order allow, block, review, 3ds. Where none does, the model decides by
    its score and the cuts of the rules' file; without a score nothing is done.

    Args:
        features: gold.features_payments, or some days of it.
        scores: gold.payment_scores; None where there are none.
        ruleset: the rules and cuts.

    Returns:
        The payments with ``score``, ``probability`` and ``model_version`` (null without a score), ``action`` (allow,
        block, review, 3ds or none), ``decided_by`` (the rule's name, model, or default), ``matched_rules`` (names of
        all rules that held, in the order in which they are tried, joined by commas; null for none) and
        ``rules_version``.
    """
    tried = list(ruleset.tried())
    scored = with_scores(features, scores)
    marks = (rule.condition.holds().alias(_mark(number)) for number, rule in enumerate(tried))
    marked = scored.select("*", *marks)
    by_model = F.when(F.col("score").isNotNull(), F.lit(MODEL))
    decided = marked.withColumns(
        {
            "action": F.coalesce(
                *_held([rule.action for rule in tried]), _by_model(ruleset.cuts), F.lit(NO_ACTION)
            ),
            "decided_by": F.coalesce(*_held([rule.name for rule in tried]), by_model, F.lit(DEFAULT)),
            "matched_rules": _listed([rule.name for rule in tried]),
            "rules_version": F.lit(ruleset.digest),
        }
    )
    return decided.drop(*map(_mark, range(len(tried))))


def _mark(number: int) -> str:
    """Column that says whether a rule held."""
    return f"_rule_{number}"


def _held(texts: Sequence[str]) -> list[Column]:
    """A text for each rule, null where it did not hold."""
    return [F.when(F.col(_mark(number)), F.lit(text)) for number, text in enumerate(texts)]


def _listed(names: Sequence[str]) -> Column:
    listed = F.concat_ws(",", *_held(names)) if names else F.lit("")
    return F.when(listed != "", listed)


def _by_model(cuts: Cuts) -> Column:
    """What the model asks for; null where there is no score, or it reaches no cut."""
    asked = F.lit(None).cast("string")
    for action, score in reversed(cuts.by_action()):
        asked = F.when(F.col("score") >= F.lit(score), F.lit(action)).otherwise(asked)
    return asked
