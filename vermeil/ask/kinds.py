"""Questions that are not about figures: about one object, about why something changed, about rules, about the data."""

from __future__ import annotations

import re
from typing import Literal, cast

from vermeil.ask.plan import QualityPlan, RulePlan, ScorePlan, TimelinePlan

_ID = re.compile(r"\b(?:ch|py|pi|re|pyr|dp|du|in|sub|po|cus|pm|seti|issfr|prv)_[A-Za-z0-9]{3,80}\b")
_FUTURE = re.compile(r"\b(?:will|going to|likely|chances?|probability|predict)\b", re.IGNORECASE)
_SCORE = re.compile(
    r"\b(?:scor(?:e|ed|es|ing)|risky|risk|suspicious|flagged|reasons? (?:for|behind) (?:the )?score)\b",
    re.IGNORECASE,
)
_ABOUT: tuple[tuple[str, str], ...] = (
    (r"declin|reject|fail|refus|go through", "decline"),
    (r"payout|paid out|arrive|reach|bank", "payout"),
    (r"disput|charge ?back", "dispute"),
    (r"refund|money back", "refund"),
)
_QUALITY: tuple[tuple[str, str], ...] = (
    (
        r"\b(?:new|unknown|unexpected|missing|undeclared|changed|removed|added) (?:fields?|attributes?|values? in the source)\b|\bschema (?:drift|change\w*)\b|\bfields?\b.*\b(?:appear\w*|chang\w*|new|unknown)\b|\b(?:source|stripe|format|api)\b.*\b(?:schema|fields?)\b",
        "drift",
    ),
    (
        r"\b(?:records?|rows|lines|events)\b.*\b(?:refused|rejected|quarantined?|thrown out|not taken|invalid|bad)\b.*\b(?:why|reasons?|what for)\b|\b(?:why|which|reasons?)\b.*\b(?:records?|rows|lines|events)\b.*\b(?:refused|rejected|quarantined?|invalid)\b|\b(?:in|to|into) (?:the )?quarantine\b|\bquarantined? (?:records? )?(?:by )?reasons?\b",
        "refused",
    ),
    (
        r"\bchecks?\b.*\b(?:fail\w*|pass\w*|broke\w*|wrong|red|green|ok)\b|\bfail\w* (?:\w+ )?(?:checks?|tests?|expectations?)\b|\bdata quality\b|\bcan (?:i|we) trust\b|\bexpectations?\b.*\bfail\w*|\btrustworthy\b|\b(?:quality|data) checks?\b|\bany warnings? in the (?:last|latest) (?:run|release)\b",
        "checks",
    ),
    (
        r"\bhow (?:fresh|old|recent|current|stale|up[- ]to[- ]date|new)\b|\b(?:data|numbers|figures|dashboard|tables?|lakehouse)\b.*\b(?:fresh|freshness|up[- ]to[- ]date|stale|current|outdated|refreshed|updated|loaded)\b|\bfreshness\b|\b(?:last|latest|newest) (?:update|refresh|run|release|load|record|event|data|import|ingest\w*)\b|\bwhen (?:was|were|did|is) .*\b(?:updated|refreshed|loaded|released?|ingested|run|imported)\b|\bup to date\b",
        "freshness",
    ),
    (
        r"\b(?:every|all|any|each|no) (?:records?|files?|events?)\b.*\b(?:accounted|balances?|balanced|lost|missing|add up|complete|arrived)\b|\b(?:lost?|lose|missing|miss) (?:any |some |a )?(?:records?|files?|events?|data)\b|\baudit\b|\b(?:un)?balanced files?\b|\bfiles?\b.*\b(?:not |un)?balanced?\b|\brecords? (?:are |is |were |went )?(?:missing|lost)\b|\bdid (?:we|anything) (?:lose|get lost)\b.*\b(?:records?|data|files?)\b|\bnothing (?:was |is )?lost\b",
        "audit",
    ),
)
_MODEL = re.compile(r"\bmodels?\b|\bfeatures? drift|\binputs?\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\bwhy\b.*\b(?:f[ae]ll(?:en|ing)?|drop(?:ped|ping|s)?|r(?:i|o)se[ns]?|rising|increas\w*|decreas\w*|chang\w*|go(?:ne|es|ing)? (?:up|down)|went (?:up|down)|higher|lower|jump\w*|spik\w*|declin(?:e|ed|ing) (?:so|last|in|this|since|from|that|\|)|worse(?:n\w*)?|better|improv\w*|dip(?:ped|s)?|plung\w*|grow\w*|grew|shrink\w*|shrank|down|up|slump\w*|collaps\w*|climb\w*|deteriorat\w*|so (?:high|low|bad|many|few|much))\b"
    r"|\b(?:what|which \w+)\b.*\b(?:explain\w*|cause[ds]?|caus\w+|drove|driv\w+|behind|led to|responsible for|contribut\w*)\b.*\b(?:drops?|falls?|rises?|increases?|decreases?|changes?|jumps?|spikes?|dips?|growth|decline|plunge|slump|surge|worsening|improvement|movement|swing)\b"
    r"|\b(?:reasons?|cause|explanation|drivers?) (?:for|of|behind) (?:the |this |that |our )?(?:\w+ )*(?:drop|fall|rise|increase|decrease|change|jump|spike|dip|growth|decline|surge)\b|\bexplain (?:the |this |our )?(?:\w+ ){0,3}(?:drop|fall|rise|increase|decrease|change|jump|spike|dip|growth|surge)\b|\bwhat happened to (?:the |our )?(?!charge|payment|dispute|refund|[a-z]{2,4}_)",
    re.IGNORECASE,
)
CHANGE_WORDS = re.compile(
    r"\b(?:why|did|does|do|has|have|is|was|were|are|so|f[ae]ll(?:en|ing)?|drop(?:ped|ping|s)?|r(?:i|o)se[ns]?|rising|increas\w*|decreas\w*|chang\w*|go(?:ne|es|ing)?|went|up|down|higher|lower|jump\w*|spik\w*|worse(?:n\w*)?|better|improv\w*|dip(?:ped|s)?|plung\w*|grow\w*|grew|slump\w*|shr[ai]nk\w*|collaps\w*|climb\w*|deteriorat\w*|explain\w*|what|cause[ds]?|drove|driv\w+|behind|led|contribut\w*|responsible|reasons?|for|surge\w*|high|low|happened|many|few|much|swing|movement|explanation)\b",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\b(?:what (?:would|if)|would (?:have|that|it|this)|back ?test|simulate|suppose|propose|suggest)\b.*\b(?:rules?|block\w*|review\w*|declin(?:e|ing)|3ds|stop\w*)\b|\b(?:block|review|stop|challenge|send to review|require 3ds)\b.*\b(?:what would|would (?:have|that)|how (?:much|many) would|back ?test)\b"
    r"|^(?:please )?(?:block|review|challenge|stop) (?:all |every |any )?(?:prepaid |foreign |debit |credit |new )?(?:cards?|payments?|customers?|charges?|transactions?|attempts?|purchases?)\b.*\b(?:that|with|from|which|above|over|whose|of|when|where|if|abroad|more than)\b|\brule (?:that|to|which) (?:block|review|stop|challenge)",
    re.IGNORECASE,
)
_CUT = re.compile(r"\bscores?\b|\bcut(?:[- ]?off)?\b|\bthreshold\b", re.IGNORECASE)


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
    found = next((to for words, to in _QUALITY if re.search(words, text, re.IGNORECASE)), None)
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
