"""Buyers: made-up persons, their cards and other ways to pay, their habits."""

import random
from dataclasses import dataclass, field

import orjson

from pipelines.simulate.chance import Ids, Weighted, Weights, weighted
from pipelines.simulate.places import (
    COUNTRIES,
    EMAIL_DOMAINS,
    FIRST_NAMES,
    FRAUD_EMAIL_DOMAINS,
    LAST_NAMES,
    STREETS,
)

_DOMAINS = Weighted(EMAIL_DOMAINS)
_FRAUD_DOMAINS = Weighted(FRAUD_EMAIL_DOMAINS)
_BRANDS = {code: Weighted(country.brands) for code, country in COUNTRIES.items()}
_FUNDING = {code: Weighted(country.funding) for code, country in COUNTRIES.items()}
_WALLETS: Weighted[str | None] = Weighted(((None, 0.72), ("apple_pay", 0.18), ("google_pay", 0.1)))


@dataclass(slots=True, eq=False)
class Card:
    """`weakness` is how much likelier than others its issuer refuses it."""

    brand: str
    country: str
    funding: str
    fingerprint: str
    last4: str
    exp_month: int
    exp_year: int
    wallet: str | None
    network_token: bool
    regulated: str | None
    weakness: float
    is_stolen: bool = False


@dataclass(slots=True, eq=False)
class Method:
    """A way to pay: `card` where `kind` is "card" (or a wallet that carries one), else none."""

    id: str
    kind: str
    card: Card | None
    created: int


@dataclass(slots=True, eq=False)
class Person:
    """`billing` is their `billing_details` as JSON, made once as it is the same in every payment."""

    name: str
    email: str
    phone: str
    country: str
    address: dict[str, str | None]
    ip: str
    billing: orjson.Fragment


@dataclass(slots=True, eq=False)
class Customer:
    """A person at one merchant. `id` is None for a guest. `hour` is the local hour they like to buy at,
    `spend` how much of the usual amount they spend."""

    id: str | None
    person: Person
    created: int
    hour: int
    spend: float
    methods: list[Method] = field(default_factory=list)
    currency: str = "usd"
    delinquent: bool = False
    subscribed: bool = False


def draw_person(rng: random.Random, country: str, is_fraudster: bool = False) -> Person:
    """A person of a country; fraudsters use throw-away addresses more often than others."""
    place = COUNTRIES[country]
    first, last = rng.choice(FIRST_NAMES[place.names]), rng.choice(LAST_NAMES[place.names])
    city, postal_code, state = rng.choice(place.cities)
    address = {
        "city": city,
        "country": country,
        "line1": f"{rng.randrange(1, 240)} {rng.choice(STREETS)}",
        "line2": None,
        "postal_code": postal_code,
        "state": state,
    }
    email = f"{_mailbox(rng, first, last)}@{(_FRAUD_DOMAINS if is_fraudster else _DOMAINS).pick(rng)}"
    phone = f"{place.prefix}{rng.randrange(1_000_000, 9_999_999)}"
    name = f"{first} {last}"
    return Person(
        name, email, phone, country, address, draw_ip(rng, country), _billing(name, email, phone, address)
    )


def draw_ip(rng: random.Random, country: str) -> str:
    """An address such as people of a country have."""
    octets = COUNTRIES[country].octets
    return f"{rng.choice(octets)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


_COUNTRY_OF = {octet: name for name, country in reversed(COUNTRIES.items()) for octet in country.octets}


def ip_country(ip: str) -> str | None:
    """The country that a merchant finds an address in. As with real ones, it can be wrong, or none."""
    return _COUNTRY_OF.get(int(ip.split(".")[0]))


def draw_card(rng: random.Random, ids: Ids, country: str, year: int) -> Card:
    """A card issued in a country and valid for some years after `year`."""
    funding = _FUNDING[country].pick(rng)
    return Card(
        brand=_BRANDS[country].pick(rng),
        country=country,
        funding=funding,
        fingerprint=ids.new(""),
        last4=f"{rng.randrange(10_000):04d}",
        exp_month=rng.randrange(1, 13),
        exp_year=year + rng.randrange(2, 6),
        wallet=_WALLETS.pick(rng),
        network_token=rng.random() < 0.35,
        regulated="regulated" if funding == "debit" and country == "US" else "unregulated",
        weakness=rng.lognormvariate(0, 0.7) * (1.6 if funding == "prepaid" else 1.0),
    )


def draw_method(rng: random.Random, ids: Ids, kind: str, country: str, year: int, created: int) -> Method:
    """A way to pay; a card too where its kind is "card"."""
    card = draw_card(rng, ids, country, year) if kind == "card" else None
    return Method(ids.new("pm_1"), kind, card, created)


def country_of(rng: random.Random, buyers: Weights) -> str:
    """Where a buyer lives."""
    return weighted(buyers).pick(rng)


def _mailbox(rng: random.Random, first: str, last: str) -> str:
    """The part before the @: from the name where it is in Latin letters, else a nickname."""
    plain = "".join(letter for letter in f"{first}.{last}".lower() if letter.isascii() and letter not in "' ")
    stem = plain if len(plain) > 4 else f"user{rng.randrange(10_000)}"
    return stem + (str(rng.randrange(1, 9_999)) if rng.random() < 0.75 else "")


def _billing(name: str, email: str, phone: str, address: dict[str, str | None]) -> orjson.Fragment:
    body = orjson.dumps({"address": address, "email": email, "name": name, "phone": phone, "tax_id": None})
    # orjson's bytes keep a buffer of kilobytes alive; these live as long as the person, so they are copied.
    return orjson.Fragment(bytes(bytearray(body)))
