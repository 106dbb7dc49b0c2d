"""What a question names beside figures: dimensions to group by, values that rows have, bounds, and a ranking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from vermeil.ask.lexicon import Lexicon, Phrase
from vermeil.ask.numerals import NUMERALS
from vermeil.ask.patterns import pattern
from vermeil.ask.plan import Constant, Sign

_BY = frozenset(["by", "per", "each", "every", "across"])
_ASKED = frozenset(
    [
        "which",
        "what",
        "top",
        "bottom",
        "common",
        "worst",
        "best",
        "highest",
        "lowest",
        "biggest",
        "largest",
        "most",
    ]
)
_BETWEEN = frozenset(
    (
        "the",
        "a",
        "and",
        ",",
        "their",
        "our",
        "then",
        "all",
        "different",
        "in",
        "of",
        "single",
        "individual",
        "&",
    )
)
_CLAUSE = frozenset((",", "|", "in", "for", "from", "and"))
_NOT = frozenset(("not", "without", "except", "excluding", "non", "outside"))

_DOWN = (
    r"most|highest|biggest|largest|greatest|top|descending|best first|worst first|maximum|max|more than any"
)
_UP = r"least|lowest|smallest|fewest|bottom|ascending|minimum|min|cheapest"
_SIGNS: tuple[tuple[str, Sign], ...] = (
    (r"at least|no less than|not less than|minimum of|>=|≥", ">="),
    (r"at most|no more than|not more than|up to|maximum of|<=|≤", "<="),
    (
        r"above|over|more than|greater than|higher than|larger than|bigger than|exceed(?:s|ing|ed)?|>|beyond",
        ">",
    ),
    (r"below|under|less than|fewer than|lower than|smaller than|<", "<"),
)
_NUMBER = (
    r"(?P<number>\d[\d,]*(?:\.\d+)?)(?! ?@m|[\d./-]|st\b|nd\b|rd\b|th\b) ?"
    + r"(?P<unit>%|percent\b|per cent\b|bps\b|basis points\b|k\b|thousand\b|m\b|million\b)?"
)
_COUNTED = (
    r"payments?|transactions?|charges?|attempts?|disputes?|chargebacks?|refunds?|customers?|declines?|sales|orders?"
    r"|cases"
)
_MONEY = r"eur|usd|gbp|jpy|chf|euros?|dollars?|pounds?|yen|francs?|€|\$|£"
_TIME = r"(?:business |calendar )?(?:days?|weeks?|months?|quarters?|years?|hours?|minutes?|seconds?)"
_NOUN = rf"(?: ?(?P<noun>{_COUNTED}|{_TIME})\b| ?(?=(?P<money>{_MONEY})(?!\w)))?"
_BOUNDS = tuple(
    (re.compile(rf"(?<![\w])(?:{words}) {_NUMBER}{_NOUN}"), sign) for words, sign in _SIGNS if words
)
_OR_MORE = re.compile(rf"{_NUMBER} or (?P<way>more|less|fewer|above|below|higher|lower)\b")
_DAYS = re.compile(_TIME)
_TOP = pattern("top")
_FIRST = re.compile(r"\b(?:worst|best|highest|lowest|largest|smallest|newest|most|biggest)[- ]first\b")
_NUMBERS = {word: number for word, number in NUMERALS.items() if number > 1} | {"twenty": 20}


@dataclass(frozen=True)
class Bound:
    """A figure is to be above or below a number.

    Attributes:
        sign: how it stands to the number.
        number: as it was said.
        unit: what was said behind it: %, bps, k, m, or nothing.
        noun: the words behind it, which may say of what.
        of_money: it is an amount.
    """

    sign: Sign
    number: float
    unit: str
    noun: str
    of_money: bool = False


@dataclass
class Ranking:
    """Rows are listed by a figure.

    Attributes:
        word: what asked for it: down, up, worst or best; None where nothing did.
        limit: how many are asked for.
    """

    word: str | None = None
    limit: int | None = None


@dataclass
class Mentions:
    """What words name.

    Attributes:
        by: dimensions that are grouped by, each by the names that it may have.
        maybe: dimensions that are named without saying so, with the words.
        values: by the words that name them, for each dimension that has such a value, the value.
        unlike: words of values that rows must not have.
        rest: the words that are left.
        named: of them, those that say what a list is of: which rules, top decline reasons.
    """

    by: list[tuple[str, ...]] = field(default_factory=list)
    maybe: list[tuple[Phrase, tuple[str, ...]]] = field(default_factory=list)
    values: dict[Phrase, Mapping[str, Constant]] = field(default_factory=dict)
    unlike: set[Phrase] = field(default_factory=set)
    rest: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


def bounds_of(text: str) -> tuple[str, list[Bound]]:
    """The bounds that a text in lower case names, and the text without them."""
    found: list[Bound] = []

    def taken(match: re.Match[str], sign: Sign) -> str:
        groups = match.groupdict()
        noun = groups.get("noun") or ""
        if _DAYS.match(noun) or (
            not match["unit"] and re.fullmatch(r"20[12]\d", match["number"]) and not noun
        ):
            return match[0]
        found.append(
            Bound(
                sign,
                float(match["number"].replace(",", "")),
                (match["unit"] or "").strip(),
                noun,
                bool(groups.get("money")),
            )
        )
        return " | "

    for one, sign in _BOUNDS:
        text = one.sub(partial(taken, sign=sign), text)
    text = _OR_MORE.sub(
        lambda match: taken(match, ">=" if match["way"] in ("more", "above", "higher") else "<="), text
    )
    return text, found


def ranking_of(text: str) -> tuple[str, Ranking]:
    """The ranking that a text in lower case asks for, and the text without its number."""
    ranking = Ranking()
    if match := _TOP.search(text):
        said = next(filter(None, match.groupdict().values()))
        ranking.limit = _NUMBERS.get(said) or int(said)
        text = re.sub(rf"\b{said}\b", " ", text, count=1)
        ranking.word = "down"
    for word, forms in (("worst", r"worst"), ("best", r"best"), ("up", _UP), ("down", _DOWN)):
        if re.search(rf"\b(?:{forms})\b", text):
            ranking.word = word
            break
    if re.search(r"\b(?:rank|ranked|ranking|sort|sorted|ordered)\b", text) and ranking.word is None:
        ranking.word = "down"
    return _FIRST.sub(" ", text), ranking


def mentions_of(words: list[str], lexicon: Lexicon) -> Mentions:
    """The dimensions and values that words name."""
    found = Mentions()
    explicit = asked = False
    place = 0
    while place < len(words):
        word = words[place]
        if constant := _longest(words, place, lexicon.constants):
            phrase = tuple(words[place : place + constant])
            found.values[phrase] = lexicon.constants[phrase]
            if found.rest and any(one in _NOT for one in found.rest[-2:]):
                found.unlike.add(phrase)
                found.rest[:] = [one for one in found.rest if one not in _NOT]
            place, explicit, asked = place + constant, False, False
            continue
        if length := _longest(words, place, lexicon.dimensions):
            phrase = tuple(words[place : place + length])
            names = lexicon.dimensions[phrase]
            passive = phrase == ("rule",) and found.rest[-2:-1] == ["block"]
            if (explicit or asked) and not passive:
                found.by.append(names)
                while found.rest and found.rest[-1] in _BY:
                    found.rest.pop()
                found.named |= set(phrase) if asked else set()
                found.rest += phrase if asked else ("|",)
                asked = False
            else:
                found.maybe.append((phrase, names))
                found.rest.extend(phrase)
            place += length
            continue
        explicit = word in _BY or (explicit and word in _BETWEEN)
        begins = word != "what" or place == 0 or words[place - 1] in _CLAUSE
        asked = (word in _ASKED and begins) or (
            asked and (word in _BETWEEN or word in _NUMBERS or word in _ASKED)
        )
        found.rest.append(word)
        place += 1
    return found


def _longest(words: list[str], place: int, phrases: Mapping[Phrase, object]) -> int:
    """How many words from a place on are the longest of some phrases."""
    return next(
        (n for n in range(min(5, len(words) - place), 0, -1) if tuple(words[place : place + n]) in phrases), 0
    )
