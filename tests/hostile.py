"""Files that somebody made to do harm. Each is written below a raw folder; none may stop the others."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from frames import Json, event

MEGABYTE = 1 << 20

CODE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; drop table gold.payments_daily; --",
    "${jndi:ldap://127.0.0.1/a}",
    "{{ 7 * 7 }}",
    "{% include '/etc/passwd' %}",
    "[bold red]not markup[/]",
    "=1+cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "`$(touch pwned)`",
    "\\",
    "\u202egnp.exe",
    "\x1b[2J\x1b]0;owned\x07",
    "\x00",
    "💳" * 500,
)
"""Texts that mean something to SQL, HTML, templates, terminals, shells, spreadsheets or paths."""

PLAIN = ("object", "type", "currency", "status")
"""Fields that a record needs as they are to land in a table at all."""


def charge(number: int = 0, **fields: object) -> Json:
    """A charge that is good."""
    good = {
        "id": f"ch_{number}",
        "object": "charge",
        "amount": 100,
        "amount_captured": 100,
        "amount_refunded": 0,
    }
    return (
        good | {"currency": "usd", "created": 1_767_225_600, "status": "succeeded", "livemode": True} | fields
    )


def armed(subject: Json, text: str) -> Json:
    """The same with a text in every string, behind what stood there where that is an id."""
    return {name: value if name in PLAIN else _armed(value, text) for name, value in subject.items()}


def _armed(value: object, text: str) -> object:
    if isinstance(value, dict):
        return armed(value, text)
    if isinstance(value, list):
        return [_armed(item, text) for item in value]
    return value + text if isinstance(value, str) else value


def line(subject: Json, number: int, text: str | None = None, account: str | None = None) -> bytes:
    """An event as a line; a text takes the place of ``"@"`` as it is, valid or not."""
    about = {} if account is None else {"account": account}
    written = json.dumps(event(subject, "charge.succeeded", event_id=f"evt_h{number}") | about)
    return (written if text is None else written.replace('"@"', text)).encode() + b"\n"


def _lines(*texts: str) -> bytes:
    return b"".join(line(charge(n, metadata={"a": "@"}), n, text) for n, text in enumerate(texts))


CONTENTS: Mapping[str, Callable[[], bytes]] = {
    "deep.ndjson": lambda: b"[" * 10_000 + b"]" * 10_000 + b"\n" + b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep_within.ndjson": lambda: _lines("[" * 500 + "]" * 500, '{"a":' * 120 + "1" + "}" * 120),
    "wide.ndjson": lambda: _lines(json.dumps({f"field_{n}": n for n in range(50_000)})),
    "keys.ndjson": lambda: _lines('1, "a": 2, "a": {"b": 1}, "": 3, "a.b": 4, "`": 5'),
    "twice.ndjson": lambda: line(charge(900), 900).replace(b'"amount": 100', b'"amount": 1, "amount": 100'),
    "huge_numbers.ndjson": lambda: _lines("9" * 5_000, "1e999999", "-1e-999999", "0." + "1" * 5_000),
    "huge_amounts.ndjson": lambda: b"".join(
        line(charge(910 + n), 910 + n).replace(b'"amount": 100', b'"amount": ' + amount)
        for n, amount in enumerate(
            (b"9" * 5_000, b"1e999999", b"9223372036854775808", b"-1", b"NaN", b"Infinity")
        )
    ),
    "surrogates.ndjson": lambda: _lines('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\uffff"'),
    "not_text.ndjson": lambda: b'{"object": "charge", "id": "\xff\xfe"}\n\x00\x00\x00\n\xc0\xaf\n',
    "quotes.ndjson": lambda: b'"' * 10_000 + b"\n" + b"\\" * 10_000 + b"\n" + b"{" * 5_000 + b"\n",
    "empty_lists.ndjson": lambda: b'{"object":"list","data":[' + b"[]," * 20_000 + b"[]]}\n",
    "bomb.ndjson.gz": lambda: gzip.compress(bytes(300 * MEGABYTE), 9),
    "cut.ndjson.gz": lambda: gzip.compress(line(charge(920), 920) * 50)[:-20],
    "armed.ndjson": lambda: b"".join(
        line(armed(charge(930 + n, **_TEXTS), text), 930 + n, account=f"acct_{text}")
        for n, text in enumerate(CODE)
    ),
}
"""Content of each hostile file."""

_TEXTS: Json = {
    "customer": "cus_",
    "description": "",
    "failure_message": "",
    "outcome": {"type": "issuer_declined", "reason": "", "network_status": "", "risk_level": ""},
    "payment_method_details": {"type": "card", "card": {"brand": "", "network": "", "country": ""}},
    "billing_details": {"name": "", "email": "a@b.example", "address": {"country": ""}},
    "metadata": {"note": ""},
}


def write_hostile(raw: Path, outside: Path) -> None:
    """Write every hostile file, links that lead out of the raw folder, and files with hostile names."""
    raw.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        (raw / name).write_bytes(content())
    outside.write_bytes(line(charge(999), 999))
    (raw / "link_out.ndjson").symlink_to(outside)
    (raw / "link_round.ndjson").symlink_to(raw / "link_round.ndjson")
    (raw / "folder_round").symlink_to(raw)
    os.mkfifo(raw / "pipe.ndjson")
    for number, name in enumerate(("<script>alert(2)<", "'; drop table x; --", "[bold]", "a\nb", "é\u202e")):
        (raw / f"{name}.ndjson").write_bytes(line(charge(950 + number), 950 + number))
