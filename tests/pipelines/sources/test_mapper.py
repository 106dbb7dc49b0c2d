"""What a mapping makes of a row: exact amounts, moments, translations, and faults that do not quote."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.base.money import exponents, to_major
from pipelines.sources.mapping import parse_source
from pipelines.sources.rows import MappedRow, Mapper

HEAD = """\
source: acme
doc: D.
files: [acme/*.csv]
format: {format}
account: acme
{settings}
tables:
  charges:
    columns:
      charge_id: id
      created_at: {created}
      currency: {currency}
      amount_minor: {amount}
      {more}
"""


def mapper(
    *,
    settings: str = "",
    created: str = "{field: at}",
    currency: str = "{field: currency}",
    amount: str = "{field: amount, unit: major}",
    more: str = "",
    format: str = "csv",
) -> Mapper:
    text = HEAD.format(
        settings=settings, created=created, currency=currency, amount=amount, more=more, format=format
    )
    return Mapper(parse_source(text, "acme.yaml"))


ROW = {"id": "x1", "at": "2026-01-01 00:00:00", "currency": "EUR", "amount": "10.50"}


def mapped(mapping: Mapper, **fields: str) -> MappedRow:
    return mapping(json.dumps(ROW | fields))


def text(mapping: Mapper, column: str, **fields: str) -> str | None:
    row = mapped(mapping, **fields)
    assert row.fault is None, row.fault
    return (row.texts or {})[column]


def fault(mapping: Mapper, **fields: str) -> str | None:
    return mapped(mapping, **fields).fault


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("10.50", "EUR", "1050"),
        (" 10.5 ", "eur", "1050"),
        ("10", "EUR", "1000"),
        ("10.5000", "EUR", "1050"),
        ("-0.01", "EUR", "-1"),
        ("+3", "JPY", "3"),
        ("1.234", "KWD", "1234"),
        ("0", "EUR", "0"),
        ("90071992547409.93", "USD", "9007199254740993"),
        (".50", "EUR", "50"),
        ("-.5", "EUR", "-50"),
        ("(12.00)", "EUR", "-1200"),
        ("(.07)", "EUR", "-7"),
        ("12.00-", "EUR", "-1200"),
        ("−12.00", "EUR", "-1200"),
        ("(500)", "JPY", "-500"),
        ("1050", "BYR", "1050"),
        ("10.50", "HRK", "1050"),
    ],
)
def test_major_units_become_minor_units_exactly(amount: str, currency: str, minor: str) -> None:
    assert text(mapper(), "amount_minor", amount=amount, currency=currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("12.345", "EUR", "more decimal places than its currency has (2)"),
        ("12.5", "JPY", "more decimal places than its currency has (0)"),
        ("1,000.00", "EUR", "not a number as the mapping's numbers are written"),
        ("12,50", "EUR", "not a number as the mapping's numbers are written"),
        ("1e3", "EUR", "not a number as the mapping's numbers are written"),
        ("NaN", "EUR", "not a number as the mapping's numbers are written"),
        ("٣", "EUR", "not a number as the mapping's numbers are written"),
        ("9" * 19, "EUR", "a number of more than 18 digits"),
        ("1", "XXZ", "its currency is missing or not one of ISO 4217"),
        ("1", "", "its currency is missing or not one of ISO 4217"),
        ("(-12.00)", "EUR", "not a number as the mapping's numbers are written"),
        ("-12.00-", "EUR", "not a number as the mapping's numbers are written"),
        ("(12.00", "EUR", "not a number as the mapping's numbers are written"),
        ("((12.00))", "EUR", "not a number as the mapping's numbers are written"),
        ("12.", "EUR", "not a number as the mapping's numbers are written"),
        (".", "EUR", "not a number as the mapping's numbers are written"),
        ("()", "EUR", "not a number as the mapping's numbers are written"),
        ("-", "EUR", "not a number as the mapping's numbers are written"),
        ("1.23E+05", "EUR", "not a number as the mapping's numbers are written"),
        ("$12.00", "EUR", "not a number as the mapping's numbers are written"),
        ("1.2.3", "EUR", "not a number as the mapping's numbers are written"),
    ],
)
def test_an_amount_that_its_currency_cannot_have_is_a_fault(amount: str, currency: str, said: str) -> None:
    assert fault(mapper(), amount=amount, currency=currency) == f"amount_minor: {said}"


@given(st.integers(-(10**17), 10**17), st.sampled_from(sorted(exponents())))
@example(-(10**17), "JPY")
def test_every_amount_of_every_currency_comes_back(minor: int, currency: str) -> None:
    written = f"{to_major(minor, currency):f}"
    assert text(MAPPER, "amount_minor", amount=written, currency=currency) == str(minor)


MAPPER = mapper()


@pytest.mark.parametrize(
    ("settings", "amount", "minor"),
    [
        ("numbers: {decimal: ','}", "12,50", "1250"),
        ("numbers: {decimal: ',', thousands: '.'}", "1.234.567,8", "123456780"),
        ("numbers: {thousands: ','}", "1,234.5", "123450"),
        ("numbers: {thousands: ' '}", "1 234", "123400"),
        ("numbers: {thousands: ','}", "1,23,456.78", "12345678"),
        ("numbers: {thousands: ','}", "-12,34,56,789", "-12345678900"),
        ("numbers: {thousands: ','}", "(1,234.50)", "-123450"),
        ("numbers: {decimal: ',', thousands: '.'}", "1.234,50-", "-123450"),
        ("numbers: {decimal: ',', thousands: ' '}", "1\N{NARROW NO-BREAK SPACE}234,5", "123450"),
        (
            "numbers: {decimal: ',', thousands: ' '}",
            "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,5",
            "123456750",
        ),
        ('numbers: {thousands: "\'"}', "1’234.50", "123450"),
        ("numbers: {symbols: [$]}", "$12.00", "1200"),
        ("numbers: {symbols: [$]}", "-$12.00", "-1200"),
        ("numbers: {symbols: [$]}", "$-12.00", "-1200"),
        ("numbers: {symbols: [$]}", "($12.00)", "-1200"),
        ("numbers: {symbols: [$], thousands: ','}", "$1,212.00", "121200"),
        ("numbers: {symbols: [EUR, €], decimal: ','}", "12,50 €", "1250"),
        ("numbers: {symbols: [$, US$]}", "12.50 US$", "1250"),
        ("numbers: {symbols: [EUR, €], decimal: ','}", "EUR -12,50", "-1250"),
        ("numbers: {float_noise: true}", "85.64999999999999", "8565"),
        ("numbers: {float_noise: true}", "-83.10000000000001", "-8310"),
    ],
)
def test_numbers_are_read_as_they_are_written(settings: str, amount: str, minor: str) -> None:
    assert text(mapper(settings=settings), "amount_minor", amount=amount) == minor


@pytest.mark.parametrize(
    ("settings", "amount"),
    [
        ("numbers: {thousands: ','}", "12,50"),
        ("numbers: {decimal: ',', thousands: '.'}", "10.50"),
        ("numbers: {float_noise: true}", "85.649"),
        ("numbers: {thousands: ','}", "1,23"),
        ("numbers: {thousands: ','}", "1,23,4567"),
        ("numbers: {thousands: ','}", "123,45,678"),
        ("numbers: {thousands: ','}", "1,234,56,789"),
        ("numbers: {thousands: ','}", ",234"),
        ("numbers: {symbols: [$]}", "€12.00"),
        ("numbers: {symbols: [$]}", "$$12.00"),
    ],
)
def test_a_number_that_could_mean_another_is_a_fault(settings: str, amount: str) -> None:
    assert fault(mapper(settings=settings), amount=amount) is not None


def test_amounts_are_subtracted_and_their_sign_is_dropped_or_turned() -> None:
    net = mapper(amount="{field: credit, minus: debit, unit: major}")
    assert text(net, "amount_minor", credit="", debit="7.25") == "-725"
    assert text(net, "amount_minor", credit="10.00", debit="7.25") == "275"
    assert text(net, "amount_minor") is None
    assert text(mapper(amount="{field: amount, unit: minor, sign: drop}"), "amount_minor", amount="-5") == "5"
    assert text(mapper(amount="{field: amount, unit: minor, sign: flip}"), "amount_minor", amount="-5") == "5"
    assert fault(mapper(amount="{field: amount, unit: minor}"), amount="5.5") is not None


@pytest.mark.parametrize(
    ("created", "at", "expected"),
    [
        ("{field: at}", "2026-01-01 00:00:00", "2026-01-01T00:00:00"),
        ("{field: at}", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00"),
        ("{field: at}", "2026-01-01T00:00:00.999Z", "2026-01-01T00:00:00"),
        ("{field: at}", "2026-01-01", "2026-01-01T00:00:00"),
        ("{field: at, format: epoch}", "1767225600", "2026-01-01T00:00:00"),
        ("{field: at, format: epoch_ms}", "1767225600999", "2026-01-01T00:00:00"),
        ("{field: at, format: '%d.%m.%Y %H:%M', timezone: Asia/Tokyo}", "01.01.2026 09:00", "2026-01-01T00:00:00"),
        ("{field: at, timezone: '-05:00'}", "2025-12-31 19:00:00", "2026-01-01T00:00:00"),
        ("{field: at, plus: 7 days}", "2026-01-01 00:00:00", "2026-01-08T00:00:00"),
        ("{field: at, timezone: Europe/Berlin}", "2026-07-01 02:00:00", "2026-07-01T00:00:00"),
        ("{field: at, timezone: Europe/Berlin}", "2026-10-25 02:30:00", "2026-10-25T00:30:00"),
        ("{field: at, timezone: Europe/Berlin, ambiguous: later}", "2026-10-25 02:30:00", "2026-10-25T01:30:00"),
        ("{field: at, timezone: {field: zone, values: {CEST: '+02:00'}}}", "2026-10-25 02:30:00",
         "2026-10-25T00:30:00"),
        ("{field: at}", "2026-01-01 08:16:12 -0700", "2026-01-01T15:16:12"),
        ("{field: at}", "2026-01-01 08:16:12+07", "2026-01-01T01:16:12"),
        ("{field: at}", "2026-01-01 00:00:00 UTC", "2026-01-01T00:00:00"),
        ("{field: at}", "2026-01-01T01:00:00 Europe/Berlin", "2026-01-01T00:00:00"),
        ("{field: at}", "2026-07-01T02:00:00+02:00[Europe/Berlin]", "2026-07-01T00:00:00"),
        ("{field: at}", "2026-07-01T02:00:00[Europe/Berlin]", "2026-07-01T00:00:00"),
        ("{field: at, timezone: {constant: UTC, values: {PST: '-08:00'}}}", "2026-01-01 00:00:00 PST",
         "2026-01-01T08:00:00"),
        ("{field: at, timezone: {field: none}}", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00"),
        ("{field: at, format: '%Y/%m/%d %H:%M:%S %z'}", "2026/07/01 08:16:12 -0700", "2026-07-01T15:16:12"),
        ("{field: at, format: '%Y/%m/%d %H:%M:%S %z'}", "2026/07/01 08:16:12 +05:30", "2026-07-01T02:46:12"),
        ("{field: at, format: '%b %d, %Y %I:%M %p %Z', timezone: {constant: UTC, values: {PST: '-08:00'}}}",
         "Mar 1, 2026 8:16 AM PST", "2026-03-01T16:16:00"),
        ("{field: at, format: '%d.%m.%Y %H:%M %Z'}", "01.07.2026 02:00 Europe/Berlin", "2026-07-01T00:00:00"),
        ("{field: at, format: '%d.%m.%Y %H:%M %Z'}", "01.07.2026 02:00 GMT", "2026-07-01T02:00:00"),
        ("{field: at, format: '(%Z) %d.%m.%Y'}", "(UTC) 01.07.2026", "2026-07-01T00:00:00"),
        ("{field: at, format: rfc2822}", "Sun, 01 Mar 2026 08:16:12 -0700", "2026-03-01T15:16:12"),
        ("{field: at}", "Sun, 01 Mar 2026 08:16:12 -0700", "2026-03-01T15:16:12"),
        ("{field: at, format: rfc2822}", "1 Mar 2026 08:16 GMT", "2026-03-01T08:16:00"),
        ("{field: at, format: rfc2822}", "Sun, 1 Mar 2026 08:16:12 PST (Pacific Standard Time)",
         "2026-03-01T16:16:12"),
        ("{field: at, format: rfc2822}", "Sun, 1 Mar 2026 08:16:12 -0000", "2026-03-01T08:16:12"),
        ("{field: at, format: rfc2822, timezone: '-05:00'}", "Sun, 1 Mar 2026 08:16:12", "2026-03-01T13:16:12"),
        ("{field: at, format: epoch}", "1767225600.0", "2026-01-01T00:00:00"),
        ("{field: at, format: epoch}", "1767225600.999", "2026-01-01T00:00:00"),
    ],
)  # fmt: skip
def test_times_become_moments(created: str, at: str, expected: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    row = mapped(mapper(created=created), at=at, zone="CEST")
    assert row.fault is None
    assert (row.texts or {})["created_at"] == str(int(moment.timestamp()))
    assert (row.occurred_at or 0) // 1_000_000 == int(moment.timestamp())


@pytest.mark.parametrize(
    ("created", "at", "said"),
    [
        ("{field: at}", "01.02.2026", "not a time as the mapping's format writes it"),
        ("{field: at, format: '%d.%m.%Y'}", "2026-02-01", "not a time as the mapping's format writes it"),
        ("{field: at, format: epoch}", "1e9", "not a time as the mapping's format writes it"),
        ("{field: at, timezone: Europe/Berlin}", "2026-03-29 02:30:00",
         "a local time that the clock passed over when it was put forward"),
        ("{field: at, timezone: {field: zone}}", "2026-01-01 00:00:00",
         "its time zone is not known: say in timezone.values what it means"),
        ("{field: at, timezone: {field: none}}", "2026-01-01 00:00:00", "its time zone is missing"),
        ("{field: at}", "2026-01-01 00:00:00 PST", "its time zone is not known: say in timezone.values what it means"),
        ("{field: at, format: '%d.%m.%Y %H:%M %Z'}", "01.07.2026 02:00 QST",
         "its time zone is not known: say in timezone.values what it means"),
        ("{field: at, format: '%d.%m.%Y %H:%M %Z'}", "01.07.2026 02:00",
         "not a time as the mapping's format writes it"),
        ("{field: at, format: '%Y/%m/%d %H:%M:%S %z'}", "2026/07/01 08:16:12",
         "not a time as the mapping's format writes it"),
        ("{field: at, format: rfc2822}", "Sun, 1 Mar 2026 08:16:12 QST",
         "its time zone is not known: say in timezone.values what it means"),
        ("{field: at, format: rfc2822}", "Sun, 30 Feb 2026 08:16:12 -0700",
         "not a time as the mapping's format writes it"),
        ("{field: at, format: iso}", "Sun, 1 Mar 2026 08:16:12 GMT", "not a time as the mapping's format writes it"),
        ("{field: at, format: epoch}", "1.77E+09", "not a time as the mapping's format writes it"),
    ],
)  # fmt: skip
def test_a_time_that_never_was_is_a_fault(created: str, at: str, said: str) -> None:
    assert fault(mapper(created=created), at=at, zone="CEST") == f"created_at: {said}"


PARTS = "{fields: [day, hour], separator: ' ', format: '%d/%m/%Y %H:%M:%S'}"
ZONED = "timezone: {field: zone, values: {CET: '+01:00', CEST: '+02:00'}}"


@pytest.mark.parametrize(
    ("hour", "zone", "moment"),
    [("01:30:00", "CET", "2026-10-25T00:30:00"), ("02:30:00", "CEST", "2026-10-25T00:30:00"),
     ("02:30:00", "CET", "2026-10-25T01:30:00"), ("01:30:00", "America/Lima", "2026-10-25T06:30:00")],
)  # fmt: skip
def test_a_time_may_stand_in_several_fields(hour: str, zone: str, moment: str) -> None:
    row = mapped(mapper(created=PARTS, settings=ZONED), day="25/10/2026", hour=hour, zone=zone)
    assert (row.fault, row.occurred_at) == (
        None,
        int(datetime.fromisoformat(f"{moment}+00:00").timestamp()) * 1_000_000,
    )


def test_a_time_whose_parts_say_too_little_is_a_fault() -> None:
    made = mapper(created=PARTS, settings=ZONED)
    assert fault(made, day="25/10/2026", hour="01:30:00", zone="PST") == (
        "created_at: its time zone is not known: say in timezone.values what it means"
    )
    assert mapped(made, day="25/10/2026", hour="", zone="CET").occurred_at is None


def test_numbers_of_objects_may_be_written_as_fractions() -> None:
    """What went through Lua, pandas or a map of Gson has no whole numbers any more."""
    made = mapper(
        format="ndjson", amount="{field: amount, unit: minor}", created="{field: at, format: epoch}"
    )
    found = made('{"id": "x1", "at": 1.7672256E9, "currency": "EUR", "amount": 1.2345678E7}')
    assert (found.fault, found.occurred_at) == (None, 1_767_225_600_000_000)
    assert (found.texts or {})["amount_minor"] == "12345678"
    part = made('{"id": "x1", "at": 1767225600.0, "currency": "EUR", "amount": 1050.5}')
    assert part.fault == "amount_minor: not a whole number of at most 18 digits"


def test_texts_are_translated_and_unknown_ones_are_kept_refused_or_left_out() -> None:
    def status(otherwise: str) -> Mapper:
        more = f"status: {{field: state, values: {{OK: succeeded, NO: failed, 0: null}}, otherwise: {otherwise}}}"
        return mapper(more=more)

    for said, meaning in (("OK", "succeeded"), ("NO", "failed"), ("0", None), ("", None)):
        assert text(status("refuse"), "status", state=said) == meaning
    assert text(status("keep"), "status", state="HELD") == "HELD"
    assert text(status("empty"), "status", state="HELD") is None
    assert fault(status("refuse"), state="HELD") == "status: a text that the mapping does not list in values"


def test_values_are_constant_joined_prefixed_conditional_or_empty() -> None:
    more = (
        "customer_id: {fields: [shop, buyer], separator: '/', prefix: c_}\n"
        "      is_paid: {constant: true}\n"
        "      fraud_reported_at: {field: at, plus: 7 days, when: {field: fraud, in: [1]}}\n"
        "      description: note"
    )
    made = mapper(more=more, settings="empty: ['NULL', n/a]")
    texts = mapped(made, shop="s", buyer="b", fraud="1", note="NULL").texts or {}
    assert texts["customer_id"] == "c_s/b"
    assert texts["is_paid"] == "true"
    assert texts["fraud_reported_at"] == "1767830400"
    assert texts["description"] is None
    other = mapped(made, shop="s", fraud="0").texts or {}
    assert (other["customer_id"], other["fraud_reported_at"]) == (None, None)


def test_what_is_empty_may_have_an_alternative() -> None:
    more = (
        "customer_id: {field: buyer, else: {fields: [shop, desk], else: {constant: nobody}}}\n"
        "      status: {constant: failed, when: {field: ok, in: [no]}, else: {constant: succeeded}}\n"
        "      amount_captured_minor: {field: paid, unit: major, else: {constant: 0}}"
    )
    made = mapper(more=more, created="{field: at_utc, else: {field: at, timezone: '+01:00'}}")
    first = mapped(made, buyer="b", shop="s", desk="d", ok="no", paid="1", at_utc="2026-01-01 12:00:00")
    assert first.texts == {
        "charge_id": "x1", "created_at": "1767268800", "currency": "EUR", "amount_minor": "1050",
        "customer_id": "b", "status": "failed", "amount_captured_minor": "100",
    }  # fmt: skip
    second = mapped(made, shop="s", desk="d", ok="yes")
    assert second.occurred_at == 1_767_222_000_000_000
    assert [(second.texts or {})[name] for name in ("customer_id", "status", "amount_captured_minor")] == [
        "s-d", "succeeded", "0",
    ]  # fmt: skip
    assert (mapped(made).texts or {})["customer_id"] == "nobody"
    # What is there and wrong is a fault: no alternative hides it.
    assert fault(made, paid="many", at_utc="soon") == (
        "created_at: not a time as the mapping's format writes it; "
        "amount_captured_minor: not a number as the mapping's numbers are written"
    )


def test_a_boolean_that_is_neither_true_nor_false_is_a_fault() -> None:
    made = mapper(more="is_captured: {field: taken}")
    assert text(made, "is_captured", taken="TRUE") == "true"
    assert (
        fault(made, taken="yes") == "is_captured: neither true nor false: say in values what the texts mean"
    )


ROUTED = """\
source: acme
doc: D.
files: [acme/*.csv]
format: csv
account: acme
account_field: shop
tables:
  charges:
    when: [{field: kind, in: [sale]}, {field: test, empty: true}]
    columns: {charge_id: id, created_at: at, currency: {constant: EUR}, amount_minor: {constant: 1}}
  refunds:
    when: {field: kind, not_in: [sale, info]}
    columns: {refund_id: id, created_at: at, currency: {constant: EUR}, amount_minor: {constant: 1}}
"""


@pytest.mark.parametrize(
    ("kind", "test", "table"),
    [("sale", "", "charges"), ("sale", "1", None), ("refund", "1", "refunds"), ("info", "", None)],
)
def test_a_row_goes_to_the_first_table_that_takes_it(kind: str, test: str, table: str | None) -> None:
    row = mapped(Mapper(parse_source(ROUTED, "m")), kind=kind, test=test, shop="s1")
    assert row.table == table
    assert row.account == ("s1" if table else None)


def test_fields_of_objects_are_named_with_dots_and_numbers_keep_their_digits() -> None:
    made = mapper(
        format="ndjson",
        amount="{field: money.amount, unit: major}",
        currency="money.currency",
        created="meta.at",
    )
    payload = (
        '{"id": 7, "money": {"amount": 10.50, "currency": "EUR"}, "meta": {"at": "2026-01-01"}, "x": [1]}'
    )
    found = made(payload)
    assert found.fault is None
    assert found.texts == {
        "charge_id": "7", "created_at": "1767225600", "currency": "EUR", "amount_minor": "1050"
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(["id", "at", "currency", "amount"]), st.text(max_size=30)))
def test_no_text_breaks_a_mapping(fields: dict[str, str]) -> None:
    row = MAPPER(json.dumps(fields))
    assert row.table == "charges"
    for said in fields.values():
        assert len(said) < 6 or said not in (row.fault or "")
