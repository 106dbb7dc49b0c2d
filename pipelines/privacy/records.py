"""A record without its person: amounts, times, states and the ids of payments stay, all else that is text goes.

What may stay is named; what is not is blanked. The names are the paths that silver reads into columns that are not
personal, so that a row made from a scrubbed record differs from the row before in personal columns alone.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from pipelines.catalog import tables_of
from pipelines.sources.shapes import EVENT_AT, OBJECT_AT, ROW, THIN, at
from pipelines.table import Column, steps

Json = dict[str, Any]

FORGOTTEN = "[forgotten]"
"""Stands for a text that nothing of could be kept: a record that cannot be read, or a value of the wrong type."""

LINKS = frozenset((
    "balance_transaction", "charge", "checkout_session", "credit_note", "customer", "default_payment_method",
    "default_source", "dispute", "invoice", "last_verification_report", "latest_charge", "latest_invoice",
    "mandate", "payment", "payment_intent", "payment_method", "payment_record", "refund", "related_customer",
    "review", "setup_intent", "source", "subscription", "transfer", "verification_session",
))  # fmt: skip
"""Fields of any object that hold the id of another one, or that object itself."""

_KEPT = LINKS | frozenset((
    "account", "api_version", "brand", "country", "currency", "funding", "id", "interval", "mode", "network",
    "object", "status", "type",
))  # fmt: skip
_BLANK = frozenset((
    "address", "billing_details", "customer_details", "day", "dob", "email", "evidence", "exp_month",
    "exp_year", "first_name", "ip", "ip_address", "last_name", "latitude", "longitude", "metadata", "month",
    "name", "phone", "postal_code", "shipping", "verified_outputs", "year",
))  # fmt: skip
_AS_TYPED = re.compile(r"-?[0-9]{1,18}([.][0-9]+)?([eE][-+]?[0-9]{1,3})?|true|false")


def scrubbed(payload: str, shape: str | None, object_type: str | None, fields: Collection[str] = ()) -> str:
    """The payload of a person's record, of one of the shapes that bronze names, without the person.

    Doing it again changes nothing. A payload that is not JSON becomes :data:`FORGOTTEN`.

    Args:
        payload: as bronze has it.
        shape: how the record is wrapped.
        object_type: of the object that it is about.
        fields: those of a mapped row that stay.
    """
    try:
        document = json.loads(payload, parse_float=_number)
    except (ValueError, RecursionError):
        return FORGOTTEN
    if shape == ROW:
        return dumped(_row(document, "", fields))
    return dumped(_by_shape(document, shape, object_type))


def subject(document: Json, shape: str | None) -> Json:
    """The object that a record is about; of a row of fields nothing is known."""
    found = at(document, OBJECT_AT[shape]) if shape is not None and shape in OBJECT_AT else None
    return found if isinstance(found, dict) else {}


def dumped(document: Any) -> str:
    """A document as it is stored."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _number(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _by_shape(document: Any, shape: str | None, object_type: str | None) -> Any:
    if not isinstance(document, dict):
        return FORGOTTEN
    if shape == "object":
        return _fields(document, _plan(object_type))
    if shape == "wrapped":
        kept = _fields({name: value for name, value in document.items() if name != "object"}, {})
        return {**kept, "object": _value("object", document.get("object"), _plan(object_type))}
    if shape == THIN:
        return _fields(document, {})
    for name in EVENT_AT.get(shape or "", ()):
        return {**document, name: _event(document.get(name), object_type)}
    return _event(document, object_type)


def _row(value: Any, at: str, fields: Collection[str]) -> Any:
    """The fields of a row that stay; those within others go by their dotted names."""
    if isinstance(value, dict):
        return {name: _row(below, f"{at}.{name}" if at else name, fields) for name, below in value.items()}
    return value if at in fields else None


def _event(event: Any, object_type: str | None) -> Json:
    if not isinstance(event, dict):
        return {}
    data, request = event.get("data"), event.get("request")
    kept = _fields({k: v for k, v in event.items() if k not in ("data", "request")}, {})
    if "request" in event:
        # The idempotency key is the merchant's own text.
        kept["request"] = {**request, "idempotency_key": None} if isinstance(request, dict) else None
    if isinstance(data, dict):
        plan = _plan(object_type)
        kept["data"] = {name: _value(name, value, plan) for name, value in data.items()}
    return kept


Leaf = Column
Plan = Mapping[str, "Plan | Leaf"]


def _fields(fields: Json, plan: Plan) -> Json:
    return {name: _value(name, value, plan.get(name)) for name, value in fields.items()}


def _value(name: str, value: Any, plan: Plan | Leaf | None) -> Any:
    """What stays of a value: by the plan of its place, else by its name."""
    if isinstance(plan, Column):
        if not plan.tells_who:
            return _declared(name, value, plan)
        # An empty object where a day is read would break the contract; no day does not.
        return _blank(value) if plan.type == "string" else None
    if isinstance(value, list):
        below = plan.get("[]", plan) if plan else None
        return [_value(name, item, below) for item in value]
    if isinstance(value, dict):
        if plan is None and name in _BLANK:
            return {}
        own = _plan(value.get("object"))
        # A column may read a little of an object that is a row of its own table as well.
        return _fields(value, own if plan is None else _both(plan, own))
    return _scalar(name, value)


def _both(place: Plan, own: Plan) -> Plan:
    """What is read of an object by the one that it stands in, and by its own table; what either calls personal is."""
    found = {**own, **place}
    for name in place.keys() & own.keys():
        here, there = place[name], own[name]
        if isinstance(here, Column) and isinstance(there, Column):
            found[name] = here if here.tells_who else there
        elif not isinstance(here, Column) and not isinstance(there, Column):
            found[name] = _both(here, there)
        else:
            found[name] = here if isinstance(here, Column) else there
    return found


def _declared(name: str, value: Any, column: Column) -> Any:
    if isinstance(value, dict | list):
        return _value(name, value, None)
    if column.type != "string" and isinstance(value, str) and value and not _AS_TYPED.fullmatch(value):
        return FORGOTTEN  # it broke the contract, and still does
    return value


def _scalar(name: str, value: Any) -> Any:
    if name in _BLANK:
        return None
    return None if isinstance(value, str) and name not in _KEPT else value


def _blank(value: Any) -> Any:
    return {} if isinstance(value, dict) else [] if isinstance(value, list) else None


def _plan(object_type: Any) -> Plan:
    return _plans().get(object_type, {}) if isinstance(object_type, str) else {}


@cache
def _plans() -> Mapping[str, Plan]:
    """What silver reads of each type of object, as a tree of names that ends in columns."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables_of("silver"):
        for object_type in table.object_types:
            tree = found.setdefault(object_type, {})
            for column in table.read:
                for path in column.paths:
                    _plant(tree, steps(path), column)
    return found


def _plant(tree: dict[str, Any], names: list[str], column: Column) -> None:
    for name in names[:-1]:
        tree = tree.setdefault(name, {})
    before = tree.get(names[-1])
    if not (isinstance(before, Column) and before.tells_who):  # one reader that calls it personal is enough
        tree[names[-1]] = column
