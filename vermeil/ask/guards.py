"""Questions that are not read at all: what nobody may have, what is no question, and what asks to act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from vermeil.ask.lexicon import Lexicon, Phrase

MOST_CHARACTERS = 500
"""Of a question; longer texts are not read."""


@dataclass(frozen=True)
class Turned:
    """Why a question is not answered.

    Attributes:
        outcome: refused where there is no answer, blocked where nobody may have it.
        said: the reason. It repeats nothing of the question.
        offer: a question that can be answered instead.
    """

    outcome: Literal["refused", "blocked"]
    said: str
    offer: str | None = None


_SQL = re.compile(
    r"\bselect\b.+\bfrom\b|\bunion\s+(?:all\s+)?select\b|\bselect\s+\*|;\s*--|--\s*$|/\*|\bor\s+1\s*=\s*1\b|'\s*or\s*'"
    r"|\b(?:drop|truncate|alter|create|grant|revoke|describe|cache|refresh)\s+(?:table|view|database|schema|function|user|all)\b"
    r"|\b(?:insert|merge|overwrite)\s+(?:into|overwrite|directory)\b|\bdelete\s+from\b|\bupdate\s+\S+\s+set\b"
    r"|\bshow\s+(?:tables|databases|schemas|columns)\b|information_schema|\bpragma\b|read_(?:csv|parquet|json|files|text)"
    r"|\b(?:text|csv|parquet|json|delta)\.`|java_method|reflect\s*\(|\bcopy\b.+\bto\b\s*'",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"(?:^|[\s'\"(`])(?:/|~/|\.\./|[a-z]:\\)[\w.-]|\bfile:|\b(?:https?|ftp|s3|gs|jdbc|ldap)://|\bwww\.|\.\./|\$\{|\$\(|<script|javascript:|\{\{"
    r"|\b(?:curl|wget|bash|powershell|rm -rf|sudo|chmod|eval|exec|__import__|os\.system)\b|\benv(?:ironment)? variables?\b|\bssh\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip|circumvent|drop)\b.{0,40}\b(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|restrictions?|limits?|filters?|above|before|safety|checks?)\b"
    r"|\bsystem\s*(?:prompt|message)\b|\bsystem\s*:|\byour (?:instructions|prompt|rules|configuration)\b|\byou are (?:now|no longer)\b"
    r"|\b(?:developer|debug|admin|god|sudo) mode\b|\bjail ?break\b|\bpretend\b|\bact as\b|\brole ?play\b|\bdo anything now\b|</?(?:system|user|assistant)>|\[/?inst\]",
    re.IGNORECASE,
)
_SECRETS = re.compile(
    r"\b(?:un)?mask(?:ed|ing|s)?\b|\bde-?tokeni[sz]\w*|\b(?:un)?tokeni[sz]\w*|\bdecrypt\w*|\bclear ?text\b|\bplain ?text\b|\braw (?:payloads?|records?|events?|data|rows?)\b"
    r"|\bpayloads?\b|\bsecrets?\b|\bpasswords?\b|\b(?:api|token|private|encryption|secret|access) ?keys?\b|\bcredentials?\b|\bsalt\b|\breverse (?:the )?(?:tokens?|hash)"
    r"|\bpersonal data\b|\bpii\b|\bre-?identif\w*|\bde-?anonymi[sz]\w*",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\be-?mails?(?: address(?:es)?)?\b(?! domains?)|\b(?:tele)?phones?(?: numbers?)?\b|\b(?:home|billing|shipping|street|ip|postal) ?address(?:es)?\b|\baddresses\b|\bips\b"
    r"|\bcard (?:numbers?|digits|fingerprints?|details|holders? names?|data)\b|\b(?:full |last |first |real |customer |customers?'? |cardholder |people's |buyers?'? )names\b|\bnames? (?:and|of)\b.{0,30}\b(?:customers?|people|cardholders?|fraudsters?|buyers?|e-?mails?)\b"
    r"|\bpans?\b|\bcvcs?\b|\bcvvs?\b|\bexpiry\b|\bexpiration dates?\b|\bibans?\b|\bbank account numbers?\b|\blast ?4\b|\blast four\b|\bfingerprints?\b"
    r"|\bdates? of birth\b|\bbirthdays?\b|\bpassport numbers?\b|\bssns?\b|\bsocial security\b|\bcontact (?:details|data|information)\b|\bwho (?:is|are) (?:the )?(?:customer|person|cardholder|people)\b|\bnames and\b",
    re.IGNORECASE,
)
_MASS = re.compile(
    r"\b(?:list|dump|export|download|give me|show(?: me)?|print|extract)\b.{0,20}\b(?:every|all|each|entire|whole)\b.{0,25}\b(?:transactions?|payments?|customers?|charges?|cards?|records?|rows|tables?|database|lakehouse)\b(?!.{0,30}\b(?:by|per|rate|volume|count|number)\b)"
    r"|\bnext \d[\d,.]* (?:customers?|payments?|cards?|rows)\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"^(?:please |can you |could you |would you |now |just |ok |okay |hey |let's |lets |go ahead and )*"
    r"(?:set|change|update|delete|remove|drop|activate|deactivate|disable|enable|turn|switch|send|email|e-mail|post|publish|transfer|cancel|unblock|"
    r"whitelist|blacklist|allowlist|blocklist|increase|raise|lower|reduce|decrease|deploy|retrain|train|restore|run|start|stop|pay|wire|void|close|create|add|approve|reject|submit|fix|schedule|"
    r"reset|restart|write|edit|rename|move|accept|contest|issue a|file|upload|download|erase|purge|wipe|kill)\b(?! (?:rate|volume|ratio|share|count|reasons?|balance|method|methods|of\b))"
    r"|^(?:please |can you |could you |now )*(?:refund|capture|charge|dispute|block)\b (?:this|that|the (?:payment|charge|customer|card|dispute|last)|it|him|her|them|customer|card|payment|[a-z]{2,4}_\w+)\b(?!s)"
    r"|\b(?:switch|turn) (?:on|off)\b",
    re.IGNORECASE,
)
_WOULD = re.compile(r"\bwould\b|\bwhat if\b|\bback ?test", re.IGNORECASE)

_NOBODY = "That is not given to anybody: only figures over many payments are, and what happened to an object by its id."
_QUESTIONS = "Only questions in plain English about payments are read here; nothing of this was run."


def turned(text: str, lexicon: Lexicon) -> Turned | None:
    """Why a text is not read at all; None where it may be.

    Args:
        text: the question, without signs that do not show.
        lexicon: what can be named.
    """
    if not text:
        return Turned("refused", "There is no question.", "captured volume last month")
    if len(text) > MOST_CHARACTERS:
        return Turned("refused", f"A question of more than {MOST_CHARACTERS} characters is not read.")
    if _SQL.search(text) or _MACHINE.search(text) or _ORDERS.search(text):
        return Turned("blocked", _QUESTIONS, "SQL that only reads is answered by: vermeil sql")
    if _SECRETS.search(text) or _MASS.search(text):
        return Turned("blocked", _NOBODY)
    if _PERSONAL.search(text):
        return Turned(
            "blocked", f"Names and contact data are kept as tokens, which are not turned back. {_NOBODY}"
        )
    if not any(sign.isalpha() and sign.isascii() for sign in text) or _foreign(text):
        return Turned("refused", "Questions are read in English only.", "captured volume last month")
    if _ACTS.search(text) and not _WOULD.search(text):
        return Turned(
            "refused", "Questions are answered; nothing is changed, sent or started from here.", None
        )
    return None


def _foreign(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return sum(not sign.isascii() for sign in letters) * 5 > len(letters)


def absent(words: list[str], lexicon: Lexicon) -> Turned | None:
    """Why a question about something that is not in the data has no answer; None where nothing of that kind is named."""
    for one in lexicon.absent:
        if any(_holds(words, phrase) for phrase in one.words):
            return Turned("refused", one.said, one.offer)
    return None


def _holds(words: list[str], phrase: Phrase) -> bool:
    length = len(phrase)
    return any(tuple(words[start : start + length]) == phrase for start in range(len(words) - length + 1))
