"""Numbers that are no card numbers, as they stand in the records of payments: drawn by chance, of many kinds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

DAY_ONE, LAST_DAY = datetime(2001, 9, 10, tzinfo=UTC), datetime(2035, 12, 31, tzinfo=UTC)


def _digits(chance: Random, count: int, first: str = "123456789") -> str:
    return chance.choice(first) + "".join(chance.choices("0123456789", k=count - 1))


def _moment(chance: Random) -> datetime:
    return DAY_ONE + timedelta(seconds=chance.randrange(int((LAST_DAY - DAY_ONE).total_seconds())))


def _since_1970(power: int) -> Callable[[Random], str]:
    return lambda chance: str(int(_moment(chance).timestamp()) * 10**power + chance.randrange(10**power))


def _compact(chance: Random) -> str:
    return _moment(chance).strftime("%Y%m%d%H%M%S") + chance.choice(["", _digits(chance, 3)])


def _article(chance: Random) -> str:
    """An EAN-13 or an ISBN with the digit that checks it (GS1)."""
    body = chance.choice(["40", "50", "45", "590", "690", "978"])
    body += "".join(chance.choices("0123456789", k=12 - len(body)))
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-weighed % 10)


def _phone(chance: Random) -> str:
    country = chance.choice(["1", "31", "44", "49", "52", "55", "61", "62", "351", "380"])
    number = country + "".join(chance.choices("0123456789", k=chance.randint(8, 15 - len(country))))
    short = number[:13]
    return chance.choice(
        [f"+{number}", short, f"+{number[:2]} {number[2:5]} {number[5:]}", f"00{short[:11]}"]
    )


def _iban(chance: Random) -> str:
    country, length = chance.choice([("DE", 18), ("ES", 20), ("AT", 16), ("PT", 21), ("DK", 14)])
    digits = "".join(chance.choices("0123456789", k=length))
    plain = f"{country}{chance.randint(10, 98)}{digits}"
    grouped = " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))
    return chance.choice([plain, grouped])


def _order(chance: Random) -> str:
    return chance.choice(
        [
            f"2026-{_digits(chance, 16)}",
            f"{_digits(chance, 16, '456')}-{chance.randint(1, 9)}",
            f"A{_digits(chance, 15)}",
            f"R1-{_digits(chance, 13)}",
            _digits(chance, chance.randint(6, 13)),
        ]
    )


def _amount(chance: Random) -> str:
    return chance.choice(
        [_digits(chance, 13), f"{_digits(chance, 13)}.{chance.randint(10, 99)}", f"0.{_digits(chance, 16)}"]
    )


NO_CARDS: Mapping[str, Callable[[Random], str]] = {
    "an id of 13 digits": lambda chance: _digits(chance, 13),
    "an id of up to 12 digits": lambda chance: _digits(chance, chance.randint(8, 12)),
    "an id of 64 bits with a time in it": lambda chance: str(chance.randrange(10**18, 2 * 10**18)),
    "an id of 15 digits of a social network": lambda chance: _digits(chance, 15, "1"),
    "an id with a prefix": lambda chance: (
        f"{chance.choice(['ch_', 'cus_', 'u'])}{_digits(chance, 16, '456')}"
    ),
    "a UUID": lambda chance: str(uuid.UUID(int=chance.getrandbits(128))),
    "milliseconds since 1970": _since_1970(3),
    "microseconds since 1970": _since_1970(6),
    "nanoseconds since 1970": _since_1970(9),
    "a time without separators": _compact,
    "a phone number": _phone,
    "an order number": _order,
    "an amount": _amount,
    "an article number": _article,
    "an IBAN": _iban,
    "a device's IMEI": lambda chance: chance.choice(["35", "86", "01"]) + _digits(chance, 13),
    "a retrieval reference number": lambda chance: _digits(chance, 12),
    "an acquirer reference number": lambda chance: _digits(chance, 23, "27"),
    "a tracking number": lambda chance: chance.choice([f"1Z{_digits(chance, 16)}", _digits(chance, 22, "9")]),
    "a coordinate": lambda chance: f"{chance.randint(-89, 89)}.{_digits(chance, 16, '456')}",
}
"""By what it is, a number as a text. None of them may be taken for a card number."""


def record(chance: Random, number: str) -> bytes:
    """A record that holds a number: as a text, within a text and, where it is one, as a number of JSON."""
    held: dict[str, object] = {"id": "x_1", "reference": number, "note": f"see {number}, thank you"}
    if number.isdecimal() and not number.startswith("0"):
        held["count"] = int(number)
    elif number.replace(".", "", 1).isdecimal() and number[0] != "0":
        held["rate"] = "RATE"
    items = list(held.items())
    chance.shuffle(items)
    return json.dumps(dict(items)).replace('"RATE"', number).encode()
