"""What people say of payments, each with what it is in the language of rules.

A clause is a pattern and a function that gives a condition. What a clause needs and is not told, it asks for: a rule
that was guessed turns away people who want to pay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from re import Match

from pipelines.base.money import from_major
from pipelines.errors import RuleError
from vermeil.support.wordings import (
    COMPARED,
    COUNTRY,
    MONEY,
    NUMBER,
    WINDOW,
    country,
    money,
    number,
    operator,
    seconds,
)

SUBJECTS = {
    "card": r"cards?|card numbers?",
    "customer": r"customers?|buyers?|payers?|people|users?",
    "ip_network": r"ip(?: addresse?s?| networks?)?|networks?|addresses?",
    "merchant": r"merchants?|shops?|stores?|sellers?",
    "email_domain": r"(?:email |mail )?domains?",
    "terminal": r"terminals?",
}
"""Whom features are counted by, and what people call them."""

_LENGTHS = {"5m": 300, "1h": 3_600, "1d": 86_400, "7d": 604_800, "30d": 2_592_000, "90d": 7_776_000}


@dataclass
class Reading:
    """How a sentence is read.

    Attributes:
        names: the features that there are.
        subject: whom the sentence speaks of at this place.
        is_named: the sentence says so; else it is the card.
        assumed: what was taken to be meant.
    """

    names: Collection[str]
    subject: str = "card"
    is_named: bool = False
    assumed: list[str] = field(default_factory=list)

    def assume(self, text: str) -> None:
        """Say that something was taken to be meant."""
        if text not in self.assumed:
            self.assumed.append(text)

    def counted(self, what: str, window: int | None) -> str:
        """The feature that counts something of the subject over a window.

        Raises:
            RuleError: there is none, or more than one where no window is told.
        """
        stem = f"{self.subject}_{what}_"
        there = {name.removeprefix(stem): name for name in self.names if name.startswith(stem)}
        lengths = {_LENGTHS[suffix]: suffix for suffix in there if suffix in _LENGTHS}
        of = f"{what.replace('_', ' ')} of the {self.subject.replace('_', ' ')}"
        if not lengths:
            raise RuleError(f"no feature counts {of}{_near(self.names, what)}")
        if window is None and len(lengths) == 1:
            [window] = lengths
            self.assume(f"{of} are counted over {lengths[window]}, the one stretch that there is")
        if window not in lengths:
            known = ", ".join(there[suffix] for _, suffix in sorted(lengths.items()))
            asked = "over which time?" if window is None else "not over this time;"
            raise RuleError(f"{of}: {asked} there are {known}")
        if not self.is_named:
            self.assume(f"{of} are meant: nobody else was named")
        self.assume("counts are of what came before the payment, which is not among them")
        return there[lengths[window]]


def _near(names: Collection[str], what: str) -> str:
    near = [name for name in names if f"_{what}_" in name][:3]
    return f"; nearest: {', '.join(near)}" if near else ""


Told = Callable[[Match[str], Reading], str]


@dataclass(frozen=True)
class Clause:
    """Something that can be said.

    Attributes:
        pattern: how.
        condition: what it is in the language of rules.
        names_others: it names what is counted, and not whom the sentence is about.
    """

    pattern: re.Pattern[str]
    condition: Told
    names_others: bool = False


def _clause(pattern: str, condition: Told | str, *, names_others: bool = False) -> Clause:
    told: Told = condition if callable(condition) else lambda *_: condition
    return Clause(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), told, names_others)


def _times(what: str) -> Told:
    def told(found: Match[str], reading: Reading) -> str:
        words = found.groupdict()
        if not words.get("number"):
            raise RuleError(f"how often? say such as three times in an hour, not only {found[0].strip()!r}")
        sign = ">=" if words.get("more") else operator(words.get("compared"), ">=")
        name = reading.counted(what, seconds(found))
        return f":{name}: {sign} {number(words['number'])}"

    return told


def _amount(found: Match[str], reading: Reading) -> str:
    minor, code, assumed = money(found)
    if assumed:
        reading.assume(assumed)
    return f':currency: = "{code}" and :amount_minor: {operator(found.groupdict().get("compared"), ">=")} {minor}'


def _amounts(found: Match[str], reading: Reading) -> str:
    most, code, assumed = money(found)
    if assumed:
        reading.assume(assumed)
    least = from_major(number(found["least"]), code)
    return f':currency: = "{code}" and :amount_minor: >= {least} and :amount_minor: <= {most}'


def _usual(found: Match[str], reading: Reading) -> str:
    of_card = re.search(r"\bcards?\b", found[0]) or (
        reading.is_named and reading.subject == "card" and not re.search(r"\b(?:customer|they|he)", found[0])
    )
    name = "card_amount_ratio_30d" if of_card else "customer_amount_ratio_90d"
    reading.assume(f"usual is the mean that {name} compares with")
    return f":{name}: {operator(found['compared'], '>')} {number(found['number'])}"


def _first_of_customer(_: Match[str], reading: Reading) -> str:
    reading.assume("first: the customer has tried no payment in the 90 days before; a guest is no customer")
    return ":has_customer: = 1 and :customer_seconds_since_first_90d: is missing"


def _first_of_card(_: Match[str], reading: Reading) -> str:
    reading.assume("new: the card was not used in the 90 days before")
    return ":is_card: = 1 and :card_seconds_since_first_90d: is missing"


def _abroad(_: Match[str], reading: Reading) -> str:
    reading.assume("abroad: the card was issued in another country than the payer's")
    return ":card_country: != :billing_country:"


_COUNTRY_OF = {"card": "card_country", "customer": "billing_country", "ip_network": "ip_country"}


def _where(found: Match[str], reading: Reading) -> str:
    column = "ip_country" if found["paid"] else _COUNTRY_OF.get(reading.subject, "card_country")
    reading.assume(f"the country is {column}")
    codes = list(dict.fromkeys(country(one) for one in re.split(r",|\bor\b|\band\b", found["countries"])))
    quoted = ", ".join(f'"{code}"' for code in codes)
    return f":{column}: = {quoted}" if len(codes) == 1 else f":{column}: in ({quoted})"


def _share(found: Match[str], reading: Reading) -> str:
    share = number(found["percent"]) / 100 if found["percent"] else 1 / number("two")
    name = reading.counted("decline_share", seconds(found))
    return f":{name}: {operator(found['compared'], '>')} {share.normalize():f}"


def _score(column: str) -> Told:
    def told(found: Match[str], reading: Reading) -> str:
        if column == "score":
            reading.assume("the score is that of the model, 0 to 100")
        sign = ">=" if found["more"] else operator(found["compared"], ">=")
        return f":{column}: {sign} {number(found['number'])}"

    return told


def _hours(found: Match[str], reading: Reading) -> str:
    reading.assume("hours are UTC")
    first, last = (int(number(found[name])) for name in ("first", "last"))
    if first < last:
        return f":hour: >= {first} and :hour: < {last}"
    return f"(:hour: >= {first} or :hour: < {last})"


def _domain(found: Match[str], _: Reading) -> str:
    return f':email_domain: = "{found["domain"]}"'


_TIMES = (
    rf"(?:(?P<compared>{COMPARED})\s+)?(?P<number>{NUMBER})(?:\s+times?)?(?P<more>\s+or more)?(?:\s+times?)?"
)
_IN = rf"(?:\s+{WINDOW})?"
_OFTEN = rf"(?:\s+{_TIMES}|\s+(?:often|again and again|repeatedly))?{_IN}"
_LIST = rf"(?P<countries>{COUNTRY}(?:\s*(?:,|or|and)\s*{COUNTRY})*)"
_PERCENT = r"(?:(?P<percent>\d+(?:\.\d+)?)\s*(?:%|percent)|half)"


_ORDER = r"(?:payment|purchase|order|charge)s?"
_OTHER = r"(?:another|a different|other)\s+countr(?:y|ies)"


def clauses() -> Iterator[Clause]:
    """What can be said, the more special first."""
    yield from _of_the_first()
    yield from _of_countries()
    yield from _of_scores()
    yield from _of_counts()
    yield from _of_the_past()
    yield from _of_the_payment()
    yield from _of_amounts()


def _of_the_first() -> Iterator[Clause]:
    yield _clause(r"cards?\s+(?:that\s+(?:is|are)\s+)?new\s+to\s+(?:the|a)\s+customer", _CARD_OF_CUSTOMER)
    yield _clause(
        rf"(?:first|1st)\s+{_ORDER}\s+(?:with|by|of)\s+(?:a|the|this)\s+card|new\s+cards?", _first_of_card
    )
    yield _clause(
        rf"(?:first|1st)(?:[- ]time)?\s+{_ORDER}(?:\s+(?:of|by|from)\s+(?:an?|the)?\s*(?:new\s+)?customers?)?"
        r"|(?:new|first[- ]time)\s+(?:customer|buyer)s?",
        _first_of_customer,
    )


def _of_countries() -> Iterator[Clause]:
    yield _clause(
        rf"(?:ip|ip address|network)\s+(?:is\s+)?(?:in|from)\s+{_OTHER}(?:\s+than\s+the\s+card)?"
        rf"|(?:paid|used|made)\s+(?:from|in)\s+(?:abroad|{_OTHER})(?:\s+than\s+the\s+card)?"
        rf"|(?:from|in)\s+{_OTHER}\s+than\s+the\s+(?:card|ip|network)(?:\s+address)?",
        ":card_country: != :ip_country:",
    )
    yield _clause(
        rf"from\s+abroad|foreign|(?:from|of|in|issued\s+in)\s+{_OTHER}"
        r"(?:\s+than\s+(?:the\s+)?(?:payer|customer|buyer|billing(?:\s+address)?)(?:'s)?)?",
        _abroad,
    )
    yield _clause(rf"(?:issued\s+|(?P<paid>used|paid|made)\s+)?(?:in|from)\s+{_LIST}", _where)


def _of_scores() -> Iterator[Clause]:
    scored = (
        rf"\s+(?:of\s+|is\s+)?(?:(?P<compared>{COMPARED})\s+)?(?P<number>\d{{1,3}})"
        r"(?P<more>\s+(?:or|and)\s+(?:more|above|higher))?"
    )
    yield _clause(rf"stripe(?:'s)?\s+(?:risk\s+)?score{scored}", _score("stripe_risk_score"))
    yield _clause(rf"(?:model(?:'s)?\s+)?scored?{scored}", _score("score"))


def _of_counts() -> Iterator[Clause]:
    yield _clause(
        rf"(?P<compared>{COMPARED})\s+{_PERCENT}\s+(?:of\s+(?:the\s+)?(?:attempts|payments)\s+)?"
        rf"(?:were\s+|are\s+)?(?:declined|declines|refused){_IN}",
        _share,
    )
    yield _clause(rf"(?:declined|refused|turned down|failed){_OFTEN}", _times("declines"))
    yield _clause(rf"{_TIMES}\s+(?:declines|refusals|declined attempts){_IN}", _times("declines"))
    for what, called in (
        ("cards", "cards"),
        ("customers", "(?:customers|people|buyers)"),
        ("emails", r"emails?(?:\s+addresses)?"),
        ("merchants", "(?:merchants|shops)"),
    ):
        counted = rf"{_TIMES}\s+(?:different\s+|other\s+)?{called}{_IN}"
        yield _clause(counted, _times(what), names_others=True)
    yield _clause(rf"{_TIMES}\s+refunds{_IN}", _times("refunds"))
    yield _clause(rf"{_TIMES}\s+(?:payments?|attempts?|charges?|purchases?){_IN}", _times("payments"))
    yield _clause(rf"(?:payments?|attempts?|charges?)\s+{_TIMES}\s+{WINDOW}", _times("payments"))
    yield _clause(rf"(?:used|tried|seen|paid)\s+{_TIMES}{_IN}", _times("payments"))


def _of_the_past() -> Iterator[Clause]:
    def before(what: str) -> Told:
        return lambda found, reading: f":{reading.counted(what, seconds(found) or 7_776_000)}: > 0"

    fraud = r"(?:known\s+for|with|had|have\s+had|used\s+for)\s+(?:known\s+)?fraud(?:\s+before)?"
    yield _clause(rf"{fraud}{_IN}", before("frauds"))
    yield _clause(rf"(?:disputed\s+before|with\s+(?:a\s+)?disputes?(?:\s+before)?){_IN}", before("disputes"))


def _of_amounts() -> Iterator[Clause]:
    yield _clause(
        rf"(?:(?P<compared>{COMPARED})\s+)?(?P<number>{NUMBER})\s+times\s+(?:(?:what|as\s+much\s+as)\s+)?"
        r"(?:the|their|his|its)?\s*(?:customer|card|they|he)?s?\s*"
        r"(?:usual(?:ly)?|mean|average|normal(?:ly)?)(?:\s+(?:amount|spends?|spending|pays?))?",
        _usual,
    )
    yield _clause(rf"between\s+(?P<least>\d[\d.,]*)\s+and\s+{MONEY}", _amounts)
    yield _clause(rf"(?P<compared>{COMPARED})\s+{MONEY}", _amount)
    yield _clause(rf"{MONEY}\s+(?:or|and)\s+(?:more|above)", _amount)


_CARD_OF_CUSTOMER = ":customer_card_payments_90d: = 0"
_MAIL = r"e?mails?(?:\s+(?:address(?:es)?|domains?|providers?))?"
_WRONG = r"(?:wrong|incorrect|bad|failed)"
_SECURE = r"(?:3ds|3d\s*secure|authentication)"

MARKS = {
    r"prepaid(?:\s+cards?)?": ":is_prepaid: = 1",
    r"debit(?:\s+cards?)?": ":is_debit: = 1",
    r"(?:by\s+|of\s+|from\s+)?(?:an?\s+)?guests?|without\s+(?:a\s+)?customer": ":has_customer: = 0",
    rf"{_WRONG}\s+(?:cvc|cvv|security\s+code)": ":is_cvc_wrong: = 1",
    rf"{_WRONG}\s+(?:zip|postal|zip|post)\s*(?:code)?": ":is_postal_code_wrong: = 1",
    r"(?:at|by)\s+night": ":is_night: = 1",
    r"(?:on|at)\s+(?:the\s+)?weekends?": ":is_weekend: = 1",
    rf"(?:disposable|throw-?away|temporary)(?:\s+{_MAIL})?": ":is_domain_disposable: = 1",
    rf"free\s+{_MAIL}": ":is_domain_free: = 1",
    rf"(?:without|no)\s+{_SECURE}": ":has_three_d_secure: = 0",
    rf"with\s+{_SECURE}": ":has_three_d_secure: = 1",
    r"in\s+a\s+wallet|(?:with|by)\s+(?:a\s+)?wallets?": ":has_wallet: = 1",
    r"(?:by|with)\s+(?:a\s+)?card": ":is_card: = 1",
    r"network\s+tokens?": ":has_network_token: = 1",
}
"""What a payment has or has not."""


def _of_the_payment() -> Iterator[Clause]:
    yield _clause(rf"{_MAIL}\s+(?:at|is|of|from)\s+(?P<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)+)", _domain)
    for pattern, condition in MARKS.items():
        yield _clause(pattern, condition)
    yield _clause(
        rf"between\s+(?P<first>{NUMBER})\s+and\s+(?P<last>{NUMBER})\s*(?:am|o'clock|utc|in the morning)",
        _hours,
    )
