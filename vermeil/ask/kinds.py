"""Questions that are not about figures: about one object, about why something changed, about rules, about the data."""

from __future__ import annotations

import re
from typing import Literal, cast

from vermeil.ask.patterns import pattern
from vermeil.ask.plan import QualityPlan, RulePlan, ScorePlan, TimelinePlan

_ID = re.compile(r"\b(?:ch|py|pi|re|pyr|dp|du|in|sub|po|cus|pm|seti|issfr|prv)_[A-Za-z0-9]{3,80}\b")
_FUTURE = pattern("future", case=False)
_SCORE = pattern("score", case=False)
_ABOUT: tuple[tuple[str, str], ...] = (
    (r"declin|reject|fail|refus|block|stop|go through", "decline"),
    (r"payout|paid out|arrive|reach|bank", "payout"),
    (r"disput|charge ?back", "dispute"),
    (r"refund|money back", "refund"),
)
_QUALITY = ("drift", "refused", "checks", "freshness", "audit")
"""What may be asked of the data; the first that is met counts."""
_MODEL = pattern("model", case=False)
_CHANGE = pattern("change", case=False)
CHANGE_WORDS = pattern("change_words", case=False)
_RULE = pattern("rule", case=False)
_CUT = pattern("cut", case=False)


def of_object(text: str) -> TimelinePlan | ScorePlan | None:
    """A question about one object, whose id it names; ``None`` too for what is to come of it."""
    ids = _ID.findall(text)
    if len(set(ids)) != 1 or _FUTURE.search(text):
        return None
    if _SCORE.search(text) and ids[0].startswith(("ch_", "py_")):
        return ScorePlan(charge_id=ids[0])
    about = next(
        (to for words, to in _ABOUT if re.search(words, text.replace(ids[0], ""), re.IGNORECASE)), "all"
    )
    return TimelinePlan(object_id=ids[0], about=cast("Literal['all']", about))


def names_objects(text: str) -> bool:
    """Whether a text names an object by its id."""
    return bool(_ID.search(text))


def of_quality(text: str) -> QualityPlan | None:
    """A question about the data themselves."""
    if _MODEL.search(text):
        return None
    found = next((name for name in _QUALITY if pattern(name, case=False).search(text)), None)
    return QualityPlan(about=cast("Literal['checks']", found)) if found else None


def is_of_change(text: str) -> bool:
    """Whether it asks why a figure changed."""
    return bool(_CHANGE.search(text))


def of_rule(text: str) -> RulePlan | None:
    """A rule in words, and what it would have done; what is about a cut of the score is a figure."""
    if not _RULE.search(text) or _CUT.search(text):
        return None
    action: Literal["block", "review", "request_3ds"] = "block"
    if re.search(r"\breview", text, re.IGNORECASE):
        action = "review"
    elif re.search(r"\b3ds\b|\bchallenge|\b3d secure", text, re.IGNORECASE):
        action = "request_3ds"
    return RulePlan(words=text[:500], action=action)
