"""Write ``stripe_fields.txt`` from the typed classes of Stripe's Python SDK: ``make reference``.

The classes are read as text, so nothing of the SDK is installed or run. Several releases are read, because each
describes one API version and an archive holds several: what any of them knows is known, and a field is always there
only if all of them say so.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from pipelines.catalog import tables_of
from pipelines.sources.reference import EVENT, Fields, Node, dump, merged

_PRIMITIVES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "Decimal": "string"}
OLDER: Mapping[str, str] = {
    "account": "business_logo business_name business_url debit_negative_balances decline_charge_on display_name"
    " keys legal_entity managed payout_schedule product_description support_email support_phone support_url"
    " timezone transfer_schedule transfers_enabled verification",
    "charge": "card destination dispute fee fee_details order uncaptured",
    "event": "user_id",
    "customer": "account_balance active_card business_vat_id cards default_card tax_info tax_info_verification",
    "invoice": "application_fee billing closed date finalized_at forgiven tax_percent",
    "payment_intent": "allowed_source_types next_source_action",
    "payout": "amount_reversed bank_account recipient",
    "subscription": "billing plan quantity start tax_percent",
}
"""Fields of API versions before those of the oldest release with typed classes, after Stripe's changelog."""

_VERSION = re.compile(r'"(20\d\d-\d\d-\d\d(?:\.[a-z]+)?)"')


@dataclass(frozen=True)
class _Class:
    """A class of the SDK.

    Attributes:
        body: its declaration.
        outer: the classes it is nested in, outermost first, by whose names its fields may be typed.
    """

    body: ast.ClassDef
    outer: tuple[ast.ClassDef, ...] = ()


class Sdk:
    """The typed classes of one release, as source text below a folder."""

    def __init__(self, folder: Path) -> None:
        self._objects: dict[str, _Class] = {}
        self._classes: dict[str, _Class] = {}
        for path in sorted(folder.rglob("_*.py")):
            if "OBJECT_NAME" in (text := path.read_text(encoding="utf-8")):
                self._read(ast.parse(text))
        self.versions = sorted(
            {v for path in folder.rglob("_*.py") if _names_versions(path) for v in _versions_in(path)}
        )

    def _read(self, module: ast.Module) -> None:
        for body in module.body:
            if isinstance(body, ast.ClassDef) and (name := _object_name(body)):
                self._objects[name] = self._classes[body.name] = _Class(body)

    def fields(self, object_type: str, paths: Iterable[str]) -> Node | None:
        """What is known of a type; classes of their own are followed only where one of the paths leads into them."""
        found = self._objects.get(object_type)
        wanted = {prefix for path in paths for prefix in _prefixes(path)}
        return self._object(found, "", wanted) if found else None

    def _object(self, found: _Class, place: str, wanted: set[str]) -> Node:
        nested = {inner.name: inner for inner in found.body.body if isinstance(inner, ast.ClassDef)}
        scope = (*found.outer, found.body)
        children: dict[str, Node] = {}
        for statement in found.body.body:
            if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
                continue
            name = statement.target.id
            if _is_class_variable(statement.annotation) or name.startswith("_"):
                continue
            name = name.removesuffix("_") if name in ("from_", "in_") else name
            at = f"{place}.{name}" if place else name
            children[name] = self._node(statement.annotation, nested, scope, at, wanted)
        return Node(kinds=("object",), always=True, children=children)

    def _node(
        self,
        said: ast.expr,
        nested: dict[str, ast.ClassDef],
        scope: tuple[ast.ClassDef, ...],
        place: str,
        wanted: set[str],
    ) -> Node:
        def again(inner: ast.expr, at: str = place) -> Node:
            return self._node(inner, nested, scope, at, wanted)

        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            return again(ast.parse(said.value, mode="eval").body)
        if isinstance(said, ast.BinOp):
            return merged(again(said.left), again(said.right))
        if isinstance(said, ast.Subscript):
            return self._generic(said, again, place, wanted)
        name = said.id if isinstance(said, ast.Name) else said.attr if isinstance(said, ast.Attribute) else ""
        if kind := _PRIMITIVES.get(name):
            return Node(kinds=(kind,), always=True)
        inner = nested.get(name) or next(
            (c for o in reversed(scope) for c in _inner(o) if c.name == name), None
        )
        if inner is not None:
            return self._object(_Class(inner, scope), place, wanted)
        if place in wanted and name in self._classes:
            return self._object(self._classes[name], place, wanted)
        return Node(kinds=("any",) if name in ("Any", "") else ("map",), always=True)

    def _generic(self, said: ast.Subscript, again: Callable[..., Node], place: str, wanted: set[str]) -> Node:
        of = said.value.id if isinstance(said.value, ast.Name) else ""
        parts = said.slice.elts if isinstance(said.slice, ast.Tuple) else [said.slice]
        match of:
            case "Optional":
                return again(parts[0]).but(always=False)
            case "Union":
                return reduce(merged, (again(part) for part in parts)).but(always=True)
            case "ExpandableField":
                return Node(kinds=("string",), always=True, expandable=True)
            case "List":
                return Node(kinds=("list",), always=True, children={"[]": again(parts[0], f"{place}[]")})
            case "Literal":
                return _literal([part.value for part in parts if isinstance(part, ast.Constant)])
            case "ListObject" if place in wanted:
                data = Node(("list",), True, {"[]": again(parts[0], f"{place}.data[]")})
                plain = {"object": "string", "has_more": "boolean", "url": "string", "total_count": "integer"}
                rest = {name: Node((kind,)) for name, kind in plain.items()}
                return Node(("object",), True, {"data": data, **rest})
        return Node(kinds=("map",), always=True)


def _literal(values: list[object]) -> Node:
    kinds = {
        "boolean" if isinstance(v, bool) else "integer" if isinstance(v, int) else "string" for v in values
    }
    texts = tuple(sorted(v for v in values if isinstance(v, str) and v))
    return Node(kinds=tuple(sorted(kinds)), always=True, values=texts)


def _inner(outer: ast.ClassDef) -> Iterator[ast.ClassDef]:
    return (body for body in outer.body if isinstance(body, ast.ClassDef))


def _is_class_variable(said: ast.expr) -> bool:
    return (
        isinstance(said, ast.Subscript) and isinstance(said.value, ast.Name) and said.value.id == "ClassVar"
    )


def _object_name(body: ast.ClassDef) -> str | None:
    for statement in body.body:
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == "OBJECT_NAME"
            and isinstance(statement.value, ast.Constant)
        ):
            return str(statement.value.value)
    return None


def _prefixes(path: str) -> Iterator[str]:
    steps = path.replace("[0]", "[]").split(".")
    for count in range(1, len(steps) + 1):
        prefix = ".".join(steps[:count])
        yield prefix
        yield prefix.removesuffix("[]")


def _names_versions(path: Path) -> bool:
    return path.name in ("_api_version.py", "_webhook_endpoint.py", "_webhook_endpoint_create_params.py")


def _versions_in(path: Path) -> list[str]:
    return _VERSION.findall(path.read_text(encoding="utf-8"))


def read(folders: Iterable[Path], types: Iterable[str] = ()) -> Fields:
    """What several releases together know of events and of some types; of those that silver models if none is named."""
    releases = [Sdk(folder) for folder in folders]
    paths: dict[str, list[str]] = {}
    for table in tables_of("silver"):
        for object_type in table.object_types:
            paths.setdefault(object_type, []).extend(p for c in table.read for p in c.paths)
    known: dict[str, Node] = {}
    for name in (EVENT, *sorted(types or (name for name, read in paths.items() if read))):
        known[name] = reduce(
            merged, (node for sdk in releases if (node := sdk.fields(name, paths.get(name, ()))))
        )
        for older in OLDER.get(name, "").split():
            known[name].children.setdefault(older, Node())
    versions = sorted({version for sdk in releases for version in sdk.versions})
    if request := known[EVENT].children.get("request"):
        # Until 2017-05-25 the id of the request alone.
        known[EVENT].children["request"] = merged(request, Node(("string",)))
    known[EVENT].children["api_version"] = Node(("string",), False, values=tuple(versions))
    return Fields(known)


if __name__ == "__main__":
    sys.stdout.write(dump(read(map(Path, sys.argv[1:]))))
