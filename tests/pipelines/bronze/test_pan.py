"""Card numbers are masked wherever they stand in a record, and nothing else is touched."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from frames import CREATED, event, read_folder, read_lines
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy.cards import BRANDS, is_card_number, masked
from pipelines.simulate import Simulation, simulate
from tests.no_cards import NO_CARDS, record

VISA = "4242424242424242"
TEST_CARDS = [
    VISA, "4000056655665556", "5555555555554444", "2223003122003222", "5200828282828210", "378282246310005",
    "371449635398431", "6011111111111117", "6011981111111113", "3056930009020004", "36227206271667", "3566002020360505",
    "6200000000000005", "6205500000000000004", "30569309025904", "38520000023237", "6759649826438453", "2200000000000004",
]  # fmt: skip
"""Numbers that processors publish for tests."""
OLD_VISA = "4222222222222"
"""Of 13 digits: no card has had so few for twenty years, and many an id has."""


@pytest.mark.parametrize("number", TEST_CARDS)
def test_a_test_card_is_masked_but_for_the_first_six_and_the_last_four(number: str) -> None:
    found, count = masked(json.dumps({"note": f"card {number}!"}).encode())
    assert count == 1
    hidden = "*" * (len(number) - 10)
    assert json.loads(found) == {"note": f"card {number[:6]}{hidden}{number[-4:]}!"}


PLACES = {
    "a text": ('{"n":"4242424242424242"}', '{"n":"424242******4242"}'),
    "spaces": ('{"n":"4242 4242 4242 4242"}', '{"n":"4242 42** **** 4242"}'),
    "hyphens": ('{"n":"3782-822463-10005"}', '{"n":"3782-82****-*0005"}'),
    "a number": ('{"n":4242424242424242}', '{"n":4242420000014242}'),
    "a negative number": ('{"n": -4242424242424242 }', '{"n": -4242420000014242 }'),
    "a whole float": ('[1, 5555555555554444.0]', '[1, 5555550000004444.0]'),
    "a key": ('{"4242424242424242":1}', '{"424242******4242":1}'),
    "escaped digits": (r'{"n":"\u0034242424242424\u0032\u00342"}', r'{"n":"\u003424242******4\u0032\u00342"}'),
    "escaped spaces": (r'{"n":"4242\u00204242\u00204242\u00204242"}', r'{"n":"4242\u002042**\u0020****\u00204242"}'),
    "after an escape": (r'{"n":"a\n4242424242424242\té"}', r'{"n":"a\n424242******4242\té"}'),
    "after an escaped letter": (r'{"n":"\u00a04242424242424242"}', r'{"n":"\u00a0424242******4242"}'),
    "JSON in JSON": (r'{"j":"{\"n\":4242424242424242,\"m\":\"\\n4242424242424242\"}"}', r'{"j":"{\"n\":4242420000014242,\"m\":\"\\n424242******4242\"}"}'),
    "with expiry and code": ('pan 4242 4242 4242 4242 12 28 123', 'pan 4242 42** **** 4242 12 28 123'),
    "behind a word": ("visa-4242424242424242", "visa-424242******4242"),
    "no JSON": ("{4242424242424242", "{424242******4242"),
    "twice": ("4242424242424242;378282246310005", "424242******4242;378282*****0005"),
    "among bytes": ("é4242424242424242", "é424242******4242"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), PLACES.values(), ids=PLACES)
def test_places(given: str, expected: str) -> None:
    found, count = masked(given.encode())
    assert found.decode() == expected
    assert count == len(
        re.findall(
            r"\*{3,}[0-9]|\*\*|0000",
            expected.replace("\\u0020", " ").replace("** **** ", "** ").replace("****-*", "****"),
        )
    )


UNTOUCHED = [
    '{"id":"ch_4242424242424242"}', '{"id":"4242424242424242_x"}', '{"id":"x4242424242424242"}', '{"id":"4242424242424242a"}',
    '{"ms":1767225600000,"us":1767225600000000,"ns":1767225600000000000}', '{"amount":1000000000000000}',
    '{"phone":"+49 4242 4242 422"}', '{"phone":"+4222222222222"}', '{"lat":37.4242424242424242,"x":0.4242424242424242}',
    '{"id":"00000000-4242-4242-4242-424242424242"}', '{"order":"2026-4242424242424242"}', '{"order":"4242424242424242-7"}', '{"order":"6566749327126810-8"}',
    '{"n":"4242424242424241"}', '{"n":"42424242424242424242"}', '{"n":"9999999999999995"}', '{"n":"4242  4242  4242  4242"}',
    '{"iban":"DE89 3704 0044 0532 0130 00"}', '{"iban":"GB33BUKB20201555555555"}', '{"ean":"4006381333931"}',
    '{"network_transaction_id": "378282246310005"}', '{"t":"424242******4242"}', '{"date":"2026-01-01 12-30-00 4242"}',
    '{"f":4.242424242424242e+15}', "",
]  # fmt: skip


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_no_card_number_stays(text: str) -> None:
    assert masked(text.encode()) == (text.encode(), 0)


@pytest.mark.parametrize("kind", NO_CARDS)
def test_a_number_that_is_no_card_number_is_left_alone(kind: str) -> None:
    chance = Random(kind)
    records = [record(chance, NO_CARDS[kind](chance)) for _ in range(1_000)]
    assert [raw for raw in records if masked(raw) != (raw, 0)] == []


@pytest.mark.parametrize(
    "name",
    ["card", "card_number", "cardNumber", "Credit Card Number", "PAN", "pan", "cc_number", "ccnum", "CCN", "Kreditkarte", "debitcard", "card-no"],
)  # fmt: skip
@pytest.mark.parametrize("number", [OLD_VISA, "5018000000007", "6334000000000004"])
def test_an_old_kind_of_number_is_a_card_where_its_field_says_so(name: str, number: str) -> None:
    hidden = f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    assert masked(json.dumps({"id": 1, name: number}).encode()) == (
        json.dumps({"id": 1, name: hidden}).encode(),
        1,
    )
    assert masked(json.dumps({name: {"of": "Ada", "number": number}}).encode())[1] == 1
    assert masked(json.dumps({"a": {"b": {}}, name: [0, f"no. {number}"], "z": 1}).encode())[1] == 1
    found, count = masked(json.dumps({name: int(number)}).encode())
    assert (count, json.loads(found)[name] != int(number)) == (1, True)
    assert masked(json.dumps({"text": json.dumps({name: number})}).encode())[1] == 1


@pytest.mark.parametrize(
    "document",
    [
        {"user_id": int(OLD_VISA)}, {"user_id": OLD_VISA}, {"number": OLD_VISA}, {"discarded": OLD_VISA}, {"company": OLD_VISA},
        {"cardinality": OLD_VISA}, {"account": {"number": OLD_VISA}}, {"card": {"brand": "visa"}, "id": OLD_VISA},
        {"card": {"user": {"id": OLD_VISA}}}, {"card_number": None, "ean": OLD_VISA}, {"note": f"card {OLD_VISA}"}, [OLD_VISA],
    ],
)  # fmt: skip
def test_an_old_kind_of_number_elsewhere_is_an_id(document: Any) -> None:
    raw = json.dumps(document).encode()
    assert masked(raw) == (raw, 0)


def test_nothing_of_a_simulated_archive_is_masked(tmp_path: Path) -> None:
    simulate(
        Simulation(seed=3, days=4, payments_per_day=150, accounts=4), tmp_path / "raw", tmp_path / "truth"
    )
    records = read_folder(tmp_path / "raw")
    assert records.num_rows > 2_000
    assert sum(records["masked_count"].to_pylist()) == 0


def card_number(brand: tuple[str, str, tuple[int, ...]], choose: Any) -> str:
    _, start, lengths = brand
    first = choose(st.from_regex(start, fullmatch=True, alphabet="0123456789"))
    length = choose(st.sampled_from(lengths))
    body = first + choose(st.text("0123456789", min_size=length, max_size=length))[: length - 1 - len(first)]
    return next(body + str(check) for check in range(10) if _luhn(body + str(check)))


def _luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


@given(st.data())
def test_any_card_number_of_any_brand_is_masked_in_any_json(data: st.DataObject) -> None:
    number = card_number(data.draw(st.sampled_from(BRANDS)), data.draw)
    assert is_card_number(number.encode())
    around = st.text(max_size=5).filter(lambda text: not re.search(r"[\w*+.\- ]", text))
    text = data.draw(around) + number + data.draw(around)
    value: Any = data.draw(
        st.sampled_from([text, int(number), [text], {text: int(number)}, json.dumps({text: int(number)})])
    )
    raw = json.dumps(
        {"before": 1.5, "v": value, "after": [None, "é"]}, ensure_ascii=data.draw(st.booleans())
    ).encode()
    found, count = masked(raw)
    assert count >= 1
    assert number not in found.decode()
    assert masked(found) == (found, 0)
    parsed = json.loads(found)
    assert (parsed["before"], parsed["after"]) == (1.5, ["é", None][::-1])
    assert type(parsed["v"]) is type(value)
    if isinstance(value, int):
        assert str(parsed["v"])[:6] + str(parsed["v"])[-4:] == number[:6] + number[-4:]
    if isinstance(value, str) and value != text:
        assert type(json.loads(parsed["v"])) is dict


@given(st.text('0123456789 -.,:[]{}"\\nu*+ab\n', max_size=60).map(str.encode))
def test_masking_again_changes_nothing_and_nothing_but_digits_changes(raw: bytes) -> None:
    found, count = masked(raw)
    assert masked(found) == (found, 0)
    assert (count == 0) == (found == raw)
    if b"\\" not in raw:
        assert len(found) == len(raw)
        assert all(
            b"%c" % old == b"%c" % new or b"%c" % old in b"0123456789"
            for old, new in zip(raw, found, strict=True)
        )


def test_a_record_is_masked_before_anything_is_taken_from_it(tmp_path: Path) -> None:
    charge = {"id": VISA, "object": "charge", "created": CREATED, "description": f"x {VISA}"}
    documents = [
        event(charge, event_id=VISA), charge, json.dumps([charge]), f'{{"broken": {VISA}', f'{{"pretty":\n"{VISA}"}}',
    ]  # fmt: skip
    records = read_lines(tmp_path, {"a.ndjson": documents})
    (tmp_path / "a.ndjson").write_bytes(b'{"note":"\xff' + VISA.encode() + b'"}\n')
    undecodable = read_folder(tmp_path)
    for table in (records, undecodable):
        assert VISA not in str(table.drop_columns(["payload_bytes"]).to_pylist())
        assert all(VISA.encode() not in (exact or b"") for exact in table["payload_bytes"].to_pylist())
    assert records["masked_count"].to_pylist().count(0) == 0
    assert set(records["object_id"].to_pylist()) >= {"424242******4242"}
    assert undecodable["masked_count"].to_pylist() == [1]
