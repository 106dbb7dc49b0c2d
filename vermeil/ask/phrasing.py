"""A question in forms that are read alike: codes of countries as names, 30d as days, per 1,000 payments as a rate."""

from __future__ import annotations

import re

from vermeil.ask.lexicon import Lexicon
from vermeil.ask.patterns import pattern
from vermeil.ask.stretches import with_months_marked

_COUNTRY_CODE = re.compile(r"\b(?:U\.S\.A?\.?|USA|[A-Z]{2})(?!\w)(?! dollars?\b)")
_ENGLISH = frozenset(
    ("IT", "IN", "AT", "BE", "NO", "IS", "ID", "ME", "SO", "TO", "OR", "AM", "AS", "DO", "AI", "VS")
)
_PER_SOME = pattern("per_some")
_WITH_AND_WITHOUT = re.compile(r"\bwith (?:and|or|vs\.?|versus|against) without\b")
_WITH_VERSUS_WITHOUT = re.compile(
    r"\bwith ((?:\w+ ){1,3}?)(?:and|or|vs\.?|versus|against|compared to) (?:those )?without\b(?: it)?"
)
_DIFFERENCE = re.compile(r"\bdifferences? (?:in|of)\b")
_DAYS = re.compile(r"\b(\d{1,3}) ?d\b")
_THROUGH = re.compile(r"\b(?:went|go|goes|gone|going|came|come|got|get) through\b")
_IN_PERCENT = re.compile(r"\b(?:in|as a) (?:percentages?|percent|per cent|%)(?!\w| of| points)")


def lowered(text: str, lexicon: Lexicon) -> str:
    """A question in lower case, with months marked."""
    spelled = _DAYS.sub(r"\1 days", _with_countries(text, lexicon))
    return _THROUGH.sub("succeeded", with_months_marked(spelled))


def plainer(text: str) -> str:
    """A question about figures, with what is said in many ways said in one."""
    text = _IN_PERCENT.sub(" ", _PER_SOME.sub(" rate per payment ", text))
    text = _WITH_VERSUS_WITHOUT.sub(r"by \1", text)
    return _DIFFERENCE.sub(" ", _WITH_AND_WITHOUT.sub(" by ", text))


def _with_countries(text: str, lexicon: Lexicon) -> str:
    """The text with names of countries in the place of their codes, which are English words in lower case."""
    names = lexicon.country_names

    def spelled(found: re.Match[str]) -> str:
        code = "US" if found[0].startswith(("U.S", "USA")) else found[0]
        return names.get(code, found[0]) if code not in _ENGLISH else found[0]

    return _COUNTRY_CODE.sub(spelled, text)
