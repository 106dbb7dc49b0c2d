"""Columns about people. Each holds a token; beside it stand the facts that analysts need and that name nobody."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.table import Column

_DIALLED = "regexp_replace(regexp_replace({0}, '[^0-9+]', ''), '^00', '+')"
_CALLING_CODE = "^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})"
"""Country codes of ITU-T E.164: one or two digits where a country has them, else three."""

_ADDRESS = (
    "nullif(regexp_extract({0}, '^([0-9]+[.][0-9]+[.][0-9]+[.][0-9]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*)$', 1), '')"
)
"""What looks like a network address of version 4 or 6; else null."""

_COUNTRY = "upper(nullif(regexp_extract({0}, '^([A-Za-z]{{2}})$', 1), ''))"
"""What looks like a code of ISO 3166; else null."""

Path = str | tuple[str, ...]


def email_columns(name: str, doc: str, path: Path) -> tuple[Column, ...]:
    """An email address: its token, its domain, and what kind of domain that is."""
    return (
        Column(name, "string", doc, path=path, personal="email"),
        Column(f"{name}_domain", "string", f"Domain of {name}, in lower case; null where that is no email address.", sql=f"nullif(lower(regexp_extract({name}, '^[^@ ]+@([^@ ]+)$', 1)), '')"),
        Column(f"is_{name}_disposable", "boolean", f"{name} is at a provider of throw-away addresses.", sql=f"{name}_domain", listed="disposable_email_domains"),
        Column(f"is_{name}_free", "boolean", f"{name} is at a large provider of free addresses.", sql=f"{name}_domain", listed="free_email_domains"),
    )  # fmt: skip


def phone_columns(name: str, doc: str, path: Path) -> tuple[Column, ...]:
    """A phone number: its token and its country."""
    dialled = _DIALLED.format(name)
    code = f"regexp_extract(substring({dialled}, 2), '{_CALLING_CODE}', 1)"
    return (
        Column(name, "string", doc, path=path, personal="phone"),
        Column(f"{name}_country_code", "string", f"Country code that {name} begins with, digits alone, such as 44; null where it is written without.", sql=f"nullif(case when {dialled} like '+%' then {code} end, '')"),
    )  # fmt: skip


def address_columns(prefix: str, at: Path, whose: str, cards: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """An address, from the object at a path: tokens of all but the country, and the region of the postal code.

    ``cards`` are paths, each with a dot behind it, of cards with their owner's address in fields of their own.
    """
    places = (at,) if isinstance(at, str) else at

    def where(name: str, of_card: str | None = None) -> tuple[str, ...]:
        older = tuple(f"{card}address_{of_card or name}" for card in cards)
        return (*(f"{place}.{name}" for place in places), *older)

    return (
        Column(f"{prefix}_line1", "string", f"First line of the address of the {whose}.", path=where("line1"), personal="address"),
        Column(f"{prefix}_line2", "string", f"Second line of the address of the {whose}.", path=where("line2"), personal="address"),
        Column(f"{prefix}_city", "string", f"City of the {whose}.", path=where("city"), personal="address"),
        Column(f"{prefix}_state", "string", f"State or province of the {whose}.", path=where("state"), personal="address"),
        *postal_code_columns(f"{prefix}_postal_code", f"Postal code of the {whose}.", where("postal_code", "zip")),
        Column(f"{prefix}_country", "string", f"ISO 3166 code of the country of the {whose}.", path=where("country")),
    )  # fmt: skip


def postal_code_columns(name: str, doc: str, path: Path) -> tuple[Column, ...]:
    """A postal code: its token and the region that it begins with."""
    code = f"upper(regexp_replace({name}, '[ -]', ''))"
    return (
        Column(name, "string", doc, path=path, personal="address"),
        Column(f"{name}_prefix", "string", f"First three characters of {name}; two where it has four or fewer.", sql=f"case when length({code}) > 4 then substring({code}, 1, 3) when length({code}) > 2 then substring({code}, 1, 2) end"),
    )  # fmt: skip


def ip_columns(name: str, doc: str, path: Path) -> tuple[Column, ...]:
    """A network address: its token and the network that it is in."""
    return Column(name, "string", doc, path=path, personal="ip"), _network(name)


def attached_ip_columns(name: str, doc: str, text: str, paths: tuple[str, ...]) -> tuple[Column, ...]:
    """A network address that merchants attach to an object, at the first of some paths within a text that is JSON.

    Stripe has no place for it, so a mapping may fill it, too. What does not look like an address is none.
    """
    address = Column(name, "string", doc, mapped=True, sql=_first(_ADDRESS, text, paths), personal="ip")
    return address, _network(name)


def attached_country_column(name: str, doc: str, text: str, paths: tuple[str, ...]) -> Column:
    """The code of a country that merchants attach to an object, at the first of some paths within a text that is JSON.

    A mapping may fill it, too. What is not two letters is none.
    """
    return Column(name, "string", doc, mapped=True, sql=_first(_COUNTRY, text, paths))


def _first(form: str, text: str, paths: tuple[str, ...]) -> str:
    """The first of some paths within a text that is JSON whose value is of a form."""
    found = ", ".join(form.format(f"get_json_object({text}, '$.{path}')") for path in paths)
    return f"coalesce({found})"


def _network(name: str) -> Column:
    v4 = f"nullif(regexp_extract({name}, '^([0-9]+[.][0-9]+[.][0-9]+)[.][0-9]+$', 1), '')"
    v6 = f"nullif(regexp_extract(lower({name}), '^([0-9a-f]{{1,4}}(:[0-9a-f]{{1,4}}){{0,2}}):[:0-9a-f]', 1), '')"
    return Column(f"{name}_network", "string", f"Network that {name} is in: /24 of version 4, /48 of version 6.", sql=f"coalesce({v4} || '.0/24', {v6} || '::/48')")  # fmt: skip
