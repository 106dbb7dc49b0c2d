"""Card numbers do not belong here: what looks like one is masked before anything else sees a record.

A card number is 14 to 19 digits that begin as an issuer's do today, have one of the lengths of that issuer, and pass
the check of Luhn; alone, or in groups parted by single spaces or hyphens. Of the kinds that were issued earlier, such
as those of 13 digits, it is one where the field is called so. It is no part of a longer name such as ``ch_42…``. The
first six and the last four digits stay, as PCI DSS 4.0 (3.4.1) allows; the others become ``*``, or zeros where the
digits are a number of JSON, which leave it a number. What is masked is no card number any more.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

SHOWN_FIRST, SHOWN_LAST = 6, 4

Brands = tuple[tuple[str, str, tuple[int, ...]], ...]
"""Brand, what its numbers begin with, and how long they are (ISO/IEC 7812 and what the networks publish)."""

BRANDS: Brands = (
    ("Visa", "4", (16, 19)),
    ("Mastercard", "5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),
    ("American Express", "3[47]", (15,)),
    ("Diners Club", "30[0-5]|3095|3[689]", (14, 16)),
    ("JCB", "352[89]|35[3-8]", (16, 17, 18, 19)),
    ("Discover", "6011|64[4-9]|65", (16, 17, 18, 19)),
    ("UnionPay", "62|81[0-7]", (16, 17, 18, 19)),
    ("Maestro", "5018|5020|5038|5893|6304|6759|676[123]", (16, 17, 18, 19)),
    ("RuPay", "508[5-9]|6069|607|608|817|82", (16,)),
    ("Mir, Borica", "220[0-5]", (16, 17, 18, 19)),
    ("Elo, Hipercard", "506[67]|509|504175|627780|636297|636368|606282|637095", (16,)),
    ("Verve", "506[01]|507[89]", (16, 18, 19)),
    ("Dankort", "5019", (16,)),
    ("Troy", "9792", (16,)),
    ("Uzcard, Humo", "5614|8600|9860", (16,)),
    ("Napas", "9704", (16, 19)),
)
"""Cards as they are issued today."""

EARLIER: Brands = (
    ("Visa", "4", (13,)),
    ("Maestro", "5018|5020|5038|5893|6304|6759|676[123]", (13, 14, 15)),
    ("Laser", "6706|6709|6771", (16, 17, 18, 19)),
    ("Solo, Switch", "490[35]|4911|4936|564182|633[134]|6767", (16, 18, 19)),
    ("Bankcard", "5610|56022[1-5]", (16,)),
)
"""Cards that no network issues any more, and forms that are hardly met. Ids and articles are numbered like these, too:
they are cards where the name of their field says so."""


def _starts(brands: Brands) -> dict[int, re.Pattern[bytes]]:
    return {
        length: re.compile(
            ("|".join(start for _, start, lengths in brands if length in lengths) or "x").encode()
        )
        for length in range(13, 20)
    }


_TODAY, _ONCE = _starts(BRANDS), _starts(EARLIER)
_FIRST = {
    length: {
        ord(form[0])
        for _, start, lengths in (*BRANDS, *EARLIER)
        if length in lengths
        for form in start.split("|")
    }
    for length in range(13, 20)
}
"""First digits that numbers of a length can have: most long numbers are told by these alone."""

_PARTING = b" -"
"""What may part groups of digits."""
_DIGITS = bytes(48 if 48 <= byte <= 57 else 120 for byte in range(256))
"""Digits become 0, all else x."""
_SHAPES = bytes(45 if byte in _PARTING else shape for byte, shape in enumerate(_DIGITS))
"""What parts groups becomes -."""
_LONG, _GROUPED = b"0" * 13, b"000-000"
_ESCAPED, _ESCAPED_DIGIT, _ESCAPED_PARTING = b"\\u", b"\\u003", b"\\u002"
_ZEROS = re.compile(b"0+")
_ESCAPE = re.compile(rb"\\+(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_RUN = re.compile(rb"(?<![0-9A-Za-z_])[0-9](?:[ -]?[0-9]){12,}(?![0-9A-Za-z_])")
_NAME_BEFORE = re.compile(rb"[0-9A-Za-z_]+-$")
_NAME_AFTER = re.compile(rb"-[0-9A-Za-z_]+")
_LETTERS = re.compile(rb"-?[A-Za-z]+-?")
_FRACTION = re.compile(rb"\.[0-9]+")
_IBAN = re.compile(rb"[A-Z]{2}[0-9]{2} $")
_OTHER_NUMBER = re.compile(rb'"(?:network_transaction_id|tracking_number)"\s*:\s*"$')
"""Fields of Stripe whose numbers have 15 digits, too: Visa's transaction ids, parcels."""
_NEAR, _FAR = 64, 1 << 16
_NAMES = re.compile(rb'"([^"]{0,100})"\s*:|[{}]')
_A_NUMBER = re.compile(rb"(?:account[ _-]?)?(?:number|num|no|nr|value)", re.IGNORECASE)
"""Names that mean what the object around them is called."""
_CARD = re.compile(
    rb"(?<!dis)(?<!score)(?<!post)card(?!ina|if|io)|karte|tarjeta|cartao|carte(?!s)"
    rb"|(?:^|[^a-z])(?:pan|ccn?|cc[ _-]?(?:num|no|nr)\w*)(?:[^a-z]|$)",
    re.IGNORECASE,
)


def masked(raw: bytes) -> tuple[bytes, int]:
    """A text with its card numbers masked, and how many there were. Nothing else of it changes."""
    return _masked(raw) if may_hold_one(raw) else (raw, 0)


def is_card_number(digits: bytes) -> bool:
    """Whether digits without anything between them are a card number of today."""
    start = _TODAY.get(len(digits))
    return start is not None and start.match(digits) is not None and _passes_luhn(digits)


def was_card_number(digits: bytes) -> bool:
    """Whether they are a card number of a kind that is hardly met any more."""
    start = _ONCE.get(len(digits))
    return start is not None and start.match(digits) is not None and _passes_luhn(digits)


def may_hold_one(raw: bytes) -> bool:
    """Whether it is worth a closer look. Nearly all records are passed over, at the speed of C."""
    if _LONG in raw.translate(_DIGITS, _PARTING):
        return _has_likely_digits(raw)
    return b"\\" in raw and (_ESCAPED_DIGIT in raw or _ESCAPED_PARTING in raw)


def _has_likely_digits(raw: bytes) -> bool:
    """Whether groups of digits, or long enough ones that begin as those of cards do, are in a text."""
    shape = raw.translate(_SHAPES)
    if _GROUPED in shape or _ESCAPED in raw:
        return True
    place = shape.find(_LONG)
    while place >= 0:
        end = _ZEROS.match(shape, place).end()  # type: ignore[union-attr]
        if raw[place] in _FIRST.get(end - place, ()):
            return True
        place = shape.find(_LONG, end)
    return False


@dataclass(frozen=True)
class _View:
    """A text with its escapes resolved, and where each of its bytes stands in the text as it is.

    Attributes:
        text: the view.
        escapes: where in the view an escape stands for one byte.
        longer: by how many bytes the raw text is longer than the view before each of them, and at the end.
    """

    text: bytes
    escapes: list[int]
    longer: list[int]

    def place(self, at: int) -> int:
        """Where a byte of the view begins in the raw text."""
        return at + self.longer[bisect_left(self.escapes, at)]


def _masked(raw: bytes) -> tuple[bytes, int]:
    view = _view(raw)
    found = [span for run in _RUN.finditer(view.text) for span in _numbers(view.text, run.start(), run.end())]
    if not found:
        return raw, 0
    pieces, last = [], 0
    for start, end in found:
        places = [at for at in range(start, end) if view.text[at] not in _PARTING][SHOWN_FIRST:-SHOWN_LAST]
        for place, cover in zip(places, _cover(view.text, start, end, len(places)), strict=True):
            begin, finish = view.place(place), view.place(place + 1)
            pieces += [raw[last:begin], bytes([cover])]
            last = finish
    return b"".join([*pieces, raw[last:]]), len(found)


def _view(raw: bytes) -> _View:
    """JSON's escapes, also those of JSON within JSON, as the characters that they stand for."""
    pieces: list[bytes] = []
    escapes: list[int] = []
    longer, last = [0], 0
    for escape in _ESCAPE.finditer(raw):
        pieces += [raw[last : escape.start()], _unescaped(*escape.groups())]
        escapes.append(escape.start() - longer[-1])
        longer.append(longer[-1] + escape.end() - escape.start() - 1)
        last = escape.end()
    return _View(b"".join([*pieces, raw[last:]]), escapes, longer)


def _unescaped(code: bytes | None, letter: bytes) -> bytes:
    if code is None:
        return b"\n" if letter in b"nrtbf" else letter
    value = int(code, 16)
    return bytes([value]) if value < 128 else b"\x01"


def _numbers(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the card numbers are in a run of digits, spaces and hyphens."""
    if _IBAN.search(text[max(0, start - _NEAR) : start]):
        return
    groups = [
        (start + found.start(), start + found.end()) for found in re.finditer(b"[0-9]+", text[start:end])
    ]
    first = 0
    while first < len(groups):
        for last in range(min(first + 6, len(groups)), first, -1):
            if _is_one(text, groups[first:last]):
                yield groups[first][0], groups[last - 1][1]
                first = last - 1
                break
        first += 1


def _is_one(text: bytes, groups: list[tuple[int, int]]) -> bool:
    start, end = groups[0][0], groups[-1][1]
    if not 13 <= sum(finish - begin for begin, finish in groups) <= 19:
        return False
    digits = b"".join(text[begin:finish] for begin, finish in groups)
    return (
        (is_card_number(digits) or (was_card_number(digits) and _is_named_a_card(text, start)))
        and _is_grouped_as_one(text, groups)
        and not _is_part(text, start, end)
        and not _is_another_number(text, start, end, len(digits))
    )


def _is_grouped_as_one(text: bytes, groups: list[tuple[int, int]]) -> bool:
    """Groups of three digits at least, with one kind of separator; a masked number is no group.

    A last group may be shorter behind three others. Behind one it is no part of the number: 4242424242424242-7.
    """
    if len(groups) == 1:
        return True
    start, end = groups[0][0], groups[-1][1]
    return (
        all(finish - begin >= 3 for begin, finish in (groups[:-1] if len(groups) > 3 else groups))
        and len({text[finish] for _, finish in groups[:-1]}) == 1
        and text[max(0, start - 3) : start] != b"***"
        and text[end : end + 3] != b"***"
    )


def _is_named_a_card(text: bytes, at: int) -> bool:
    """Whether the name of the field at a place says that it holds a card number, if need be with that of its object."""
    above: list[bytes] = []
    name = b""
    for mark in _NAMES.finditer(text, max(0, at - _FAR), at):
        if mark[1] is not None:
            name = mark[1]
        elif mark[0] == b"{":
            above.append(name)
            name = b""
        else:
            name = above.pop() if above else b""
    if _A_NUMBER.fullmatch(name):
        name = above[-1] if above else name
    return _CARD.search(name) is not None


def _is_part(text: bytes, start: int, end: int) -> bool:
    """Whether it belongs to a longer name with digits, by a hyphen: that of an order, a UUID."""
    before = _NAME_BEFORE.search(text[max(0, start - _NEAR) : start])
    after = _NAME_AFTER.match(text, end)
    return any(name is not None and not _LETTERS.fullmatch(name[0]) for name in (before, after))


def _is_another_number(text: bytes, start: int, end: int, length: int) -> bool:
    """Whether it is a phone number, a fraction, or an id that is known to be one."""
    near = text[max(0, start - _NEAR) : start]
    fraction = _FRACTION.match(text, end)
    return (
        (near.endswith(b"+") and length <= 15)
        or (near.endswith(b".") and near[-2:-1].isdigit())
        or (fraction is not None and fraction[0].strip(b".0") != b"")
        or (length == 15 and _OTHER_NUMBER.search(near) is not None)
    )


def _cover(text: bytes, start: int, end: int, count: int) -> bytes:
    """What takes the place of the digits in the middle."""
    if not _is_json_number(text, start, end):
        return b"*" * count
    zeros = b"0" * count
    shown = text[start : start + SHOWN_FIRST], text[end - SHOWN_LAST : end]
    return zeros[:-1] + b"1" if _passes_luhn(zeros.join(shown)) else zeros


def _is_json_number(text: bytes, start: int, end: int) -> bool:
    """Whether it stands where JSON has numbers. A text may look so, too, and zeros do there as well."""
    if not text[start:end].isdigit():
        return False
    before = text[max(0, start - _NEAR) : start].removesuffix(b"-").rstrip()
    fraction = _FRACTION.match(text, end)
    after = text[fraction.end() if fraction else end :][:_NEAR].lstrip()
    return before[-1:] in b":[," and after[:1] in b",]}"


def _passes_luhn(digits: bytes) -> bool:
    doubled = sum(_DOUBLED[digit - 48] for digit in digits[-2::-2])
    return (doubled + sum(digits[-1::-2]) - 48 * len(digits[-1::-2])) % 10 == 0


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
