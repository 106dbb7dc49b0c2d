"""A rule from words: which condition of the rule language a sentence says, or what of it is not understood.

Nothing is guessed. Every word must belong to a clause, to what is to be done, or to those that mean nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pipelines.errors import RuleError
from pipelines.metrics.shared.names import nearest, quoted
from pipelines.rules.condition import Condition, parse_condition
from vermeil.support.clauses import SUBJECTS, Clause, Reading, clauses

if TYPE_CHECKING:
    from pipelines.rules.ruleset import Action
    from pipelines.rules.tree import Kind

MOST_CHARACTERS = 500

NEAREST = 3
"""Features that are offered."""

ACTIONS: Mapping[Action, str] = {
    "block": r"block(?:ed|ing)?|reject(?:ed)?|stop(?:ped)?|turn away|refuse|decline|deny",
    "review": r"review(?:ed|ing)?|look at|hold|flag(?:ged)?",
    "3ds": r"(?:challenge|send(?: to)?|ask for|require|use)\s+(?:3ds|3d secure|authentication)|challenge|3ds",
    "allow": r"allow(?:ed)?|let through|accept(?:ed)?|always take",
}

_NOTHING = frozenset(
    re.findall(
        r"\w+",
        """a an the all any every each of for from with by on in at to that which who whose where when if were was is
        are be been have has had will it they them their its his payment payments charge charges purchase purchases
        transaction transactions order orders please we want i us our amount amounts made make paid only card cards
        customer customers buyer buyers payer payers people ip network networks address addresses merchant merchants
        shop shops store stores seller sellers domain domains terminal terminals used using there as rule rules""",
    )
)
"""Words that say nothing by themselves; a subject says whom what follows is about."""

_NOT = (
    r"(?:but\s+)?(?:not|without|except|unless|no)"
    r"(?:\s+(?:for|if|when|by|from|with|a|an|the|any|of|to|is|are|were|was|paid|made|used|issued)){0,3}"
)
_TAIL = re.compile(r"(?:[:;,.?]\s*(?:and\s+)?|\s+and\s+)(?:what|how\s+(?:much|many))\s.*$", re.IGNORECASE)
"""A question about the rule, which the back test answers."""

HINTS: Mapping[str, tuple[str, ...]] = {
    "apple": ("has_wallet",),
    "google": ("has_wallet",),
    "credit": ("is_debit", "is_prepaid"),
    "tor": ("ip_network_cards_1d", "is_ip_country_other"),
    "vpn": ("ip_network_cards_1d", "is_ip_country_other"),
    "proxy": ("ip_network_cards_1d", "is_ip_country_other"),
    "bin": ("issuer_country_decline_share_30d", "card_country"),
    "emails": ("email_domain", "is_domain_disposable", "is_domain_free"),
    "email": ("email_domain", "is_domain_disposable", "is_domain_free"),
}
"""Features near to words that they do not hold."""
_WORD = re.compile(r"[^\W_][\w'’-]*|[^\s\w]")
_FEATURE = re.compile(
    r":?\b(?P<name>[a-z][a-z0-9_]*_[a-z0-9_]+)\b:?\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>\d+(?:\.\d+)?)"
)


@dataclass(frozen=True)
class Understood:
    """A sentence that was understood.

    Attributes:
        words: the sentence.
        action: what is to be done.
        condition: with which payments.
        assumed: what was taken to be meant.
    """

    words: str
    action: Action
    condition: Condition
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    begin: int
    end: int
    text: str


def understood(words: str, names: Mapping[str, Kind], docs: Mapping[str, str]) -> Understood:
    """What a sentence says.

    Args:
        words: such as "block cards from abroad that were declined three times in an hour".
        names: features that rules may use, with their kinds.
        docs: what they mean.

    Raises:
        RuleError: it is not understood, or not wholly; the message says which words, and offers features.
    """
    if not words.strip() or len(words) > MOST_CHARACTERS or not words.isprintable():
        raise RuleError(f"a rule is said in a sentence of at most {MOST_CHARACTERS} characters")
    reading = Reading(names)
    sentence = _TAIL.sub("", words)
    action, rest = _action(sentence, reading)
    found = sorted(_found(rest, reading), key=lambda one: one.begin)
    condition, left = _joined(rest, found)
    if left:
        raise _not_understood(left, names, docs)
    if not condition:
        raise RuleError(
            f"{quoted(words)} says of no payment what it is like; {_offer(words.split(), names, docs)}"
        )
    return Understood(words, action, parse_condition(condition, names), tuple(reading.assumed))


def _action(sentence: str, reading: Reading) -> tuple[Action, str]:
    """What is to be done, and the rest of the sentence, each of its characters where it was."""
    begin = re.match(
        r"\s*(?:please\s+|should\s+we\s+|we\s+(?:should|want\s+to)\s+)?", sentence, re.IGNORECASE
    )
    start = begin.end() if begin else 0
    for action, pattern in ACTIONS.items():
        if found := re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE).match(sentence, start):
            return action, " " * found.end() + sentence[found.end() :]
    reading.assume("block: what is to be done was not said")
    return "block", sentence


@cache
def _clauses() -> Sequence[Clause]:
    return tuple(clauses())


def _found(text: str, reading: Reading) -> Iterator[_Found]:
    """The clauses of a text, in its order; the more special ones come first to a place, and no two on one place."""
    free, there = text, []
    for match in _FEATURE.finditer(text):
        if match["name"] in reading.names:
            free = _blanked(free, match)
            yield _Found(match.start(), match.end(), f":{match['name']}: {match['sign']} {match['value']}")
    for clause in _clauses():
        while told := clause.pattern.search(free):
            free = _blanked(free, told)
            there.append((told, clause))
    subjects = text
    for match, clause in there:
        subjects = _blanked(subjects, match) if clause.names_others else subjects
    for match, clause in sorted(there, key=lambda one: one[0].start()):
        # The clause itself may name its subject: prepaid cards that were declined.
        named = _subject(subjects[: match.start()])
        reading.subject, reading.is_named = named or "card", named is not None
        yield _Found(match.start(), match.end(), clause.condition(match, reading))


def _blanked(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + "\0" * (match.end() - match.start()) + text[match.end() :]


def _subject(before: str) -> str | None:
    """Whom a clause is about: whom the text before it has named last; None where it has named nobody."""
    last = {
        subject: max(
            (one.end() for one in re.finditer(rf"\b(?:{pattern})\b", before, re.IGNORECASE)), default=-1
        )
        for subject, pattern in SUBJECTS.items()
    }
    subject = max(last, key=lambda one: last[one])
    return subject if last[subject] >= 0 else None


def _joined(text: str, found: Sequence[_Found]) -> tuple[str, list[str]]:
    """The clauses as one condition, and the words between them that mean something that was not understood."""
    groups: list[list[str]] = [[]]
    left, at, words = list[str](), 0, set[str]()
    for one in found:
        between = text[at : one.begin]
        negated = re.search(rf"(?<!\w){_NOT}\s*$", between, re.IGNORECASE)
        plain = between[: negated.start()] if negated else between
        left += _meaning(plain)
        word = _joint(plain)
        part = f"({one.text})" if " or " in one.text else one.text
        part = _negated(one.text) if negated else part
        if groups[0]:
            words.add(word)
            groups += [[]] if word == "or" else []
        groups[-1].append(part)
        at = one.end
    if {",", "or"} <= words:
        raise RuleError("is a comma here meant as and, or as or? Put the word in its place")
    left += _meaning(text[at:])
    condition = " or ".join(" and ".join(group) for group in groups)
    if words >= {"and", "or"} and not left:
        raise RuleError(
            f"what belongs together: what is joined by and, or by or? It could be {condition}, but need not: say it as "
            "two rules, or write the condition that is meant"
        )
    return condition, left


def _negated(text: str) -> str:
    """The opposite of a condition; a country that is not known is no other country."""
    if ":amount_minor:" in text:
        raise RuleError("an amount is not negated: say at most, or under, such as under 100 EUR")
    if found := re.fullmatch(r'(:\w+:) (= |in )("[^"]*"|\([^()]*\))', text):
        return f"{found[1]} {'!= ' if found[2] == '= ' else 'not in '}{found[3]}"
    return f"not ({text})"


def _joint(between: str) -> str:
    """What joins two clauses: and, or, or a comma alone."""
    if re.search(r"\bor\b", between, re.IGNORECASE):
        return "or"
    return "," if "," in between and not re.search(r"\b(?:and|but)\b", between, re.IGNORECASE) else "and"


def _meaning(text: str) -> list[str]:
    """The words of a text that should mean something."""
    joining = {"and", "or", "but", ",", ".", "!", "?", ":", ";", "'", '"'}
    return [word for word in _WORD.findall(text) if word.lower() not in _NOTHING | joining]


def _not_understood(left: Sequence[str], names: Mapping[str, Kind], docs: Mapping[str, str]) -> RuleError:
    shown = ", ".join(quoted(word) for word in left[:5])
    return RuleError(f"not understood: {shown}; {_offer(left, names, docs)}")


def _offer(words: Sequence[str], names: Mapping[str, Kind], docs: Mapping[str, str]) -> str:
    """Features that may be meant, by their names and by what they mean."""
    hinted = [name for word in words for name in HINTS.get(word.lower(), ()) if name in names]
    stems = {word.lower().rstrip("s")[:6] for word in words if len(word) > 2} - {one[:6] for one in _NOTHING}
    told = {name: f"{name.replace('_', ' ')} {docs.get(name, '')}".lower() for name in names}
    common = {stem: sum(stem in text for text in told.values()) for stem in stems}
    scored = {name: sum(1 / common[stem] for stem in stems if stem in text) for name, text in told.items()}
    best = [name for name in sorted(names, key=lambda one: (-scored[one], len(one))) if scored[name]]
    near = list(dict.fromkeys([*hinted, *best])) or [name for word in words for name in nearest(word, names)]
    shown = [f":{name}: ({docs.get(name, '')})" for name in near[:NEAREST]]
    return f"nearest features: {'; '.join(shown)}" if shown else "'vermeil rule columns' lists the features"
