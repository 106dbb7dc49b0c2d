"""YAML files that people write, read into pydantic models; what is wrong with one is said with its line.

The YAML is a plain part of the language: texts, whole numbers, true, false and null. ``no`` and ``2026-01-01`` are
texts, so a country or a day is not mistaken for something else. Names given twice, aliases and tags are refused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipelines.errors import VermeilError

Model = TypeVar("Model", bound=BaseModel)

MOST_CHARACTERS = 1 << 20
"""A longer file is no declaration that a person wrote."""

_EXPECTED = {
    "string_type": "a text is expected",
    "int_type": "a whole number is expected",
    "bool_type": "true or false is expected",
    "list_type": "a list is expected, such as [a, b]",
    "dict_type": "names with values are expected",
    "model_type": "names with values are expected",
    "too_short": "at least one is expected",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "only letters, digits and underscores are allowed",
    "missing": "is missing",
}


def load_model(path: Path, model: type[Model], what: str, error: type[VermeilError]) -> Model:
    """A model from a file.

    Args:
        path: the file.
        model: what it is to become.
        what: the file in words, such as ``source mapping``.
        error: what is raised.

    Raises:
        VermeilError: of the kind ``error``: it cannot be read, or is not valid. The message has a line for each fault,
            with the file, the line, what is allowed and, for a misspelt name, a suggestion.
    """
    return parse_model(load_text(path, what, error), str(path), model, what, error)


def load_text(path: Path, what: str, error: type[VermeilError]) -> str:
    """The text of a file; see :func:`load_model`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as found:
        raise error(f"{path}: the {what} cannot be read ({found})") from None


def parse_model(text: str, name: str, model: type[Model], what: str, error: type[VermeilError]) -> Model:
    """A model from YAML text; ``name`` stands for the file in messages. See :func:`load_model`."""
    root = _composed(text, name, what, error)
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1 if root else 1
        raise error(f"{name}:{line}: a mapping of names is expected; allowed: {', '.join(_names(model))}")
    content = _Loader("").construct_document(root)
    try:
        return model.model_validate(content, context={"root": root})
    except ValidationError as found:
        faults = [_fault(name, root, model, detail) for detail in found.errors()]
        raise error("\n".join(faults)) from None


def fault_at(name: str, text: str, place: Sequence[str | int], said: str) -> str:
    """A message about a place in a YAML text that was read before."""
    return f"{name}:{line_of(_Loader(text).get_single_node(), place)}: {'.'.join(map(str, place))}: {said}"


def closest(word: str, allowed: Sequence[str]) -> str:
    """``; did you mean …?`` where one of the allowed words is near; else empty."""
    close = difflib.get_close_matches(word, allowed, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line, from 1, of the deepest part of a place (keys and list indexes) that is there.

    Args:
        node: the composed document.
        place: as pydantic gives it in ``error["loc"]``.
    """
    line = node.start_mark.line + 1 if node else 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


class _Loader(yaml.SafeLoader):
    """YAML without aliases, tags, names given twice, and texts that are taken for something else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases are not allowed, write it out",
                problem_mark=event.start_mark,  # type: ignore[arg-type,unused-ignore]
            )
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags are not allowed", problem_mark=event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        if isinstance(node, yaml.MappingNode):
            _with_names(node)
        return node


for _tag, _pattern in (
    ("null", r"~|null|"),
    ("bool", r"true|false"),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), None)


class _GivenTwice(yaml.MarkedYAMLError):
    """A name that stands twice in one mapping."""


def _with_names(node: Any) -> None:
    """Names are texts, each given once: YAML would silently take the last of two."""
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a name is a text", problem_mark=key.start_mark)
        if key.value in seen:
            raise _GivenTwice(problem=f"{key.value}: is given twice", problem_mark=key.start_mark)
        seen.add(key.value)
        key.tag = "tag:yaml.org,2002:str"


def _composed(text: str, name: str, what: str, error: type[VermeilError]) -> yaml.Node | None:
    if len(text) > MOST_CHARACTERS:
        raise error(f"{name}:1: not a {what}: longer than {MOST_CHARACTERS} characters")
    try:
        node: yaml.Node | None = _Loader(text).get_single_node()
        return node
    except _GivenTwice as found:
        raise error(f"{name}:{_line(found)}: {found.problem}") from None
    except yaml.YAMLError as found:
        problem = getattr(found, "problem", None) or getattr(found, "reason", None) or "it cannot be read"
        raise error(f"{name}:{_line(found)}: not YAML: {problem}") from None
    except RecursionError:
        raise error(f"{name}:1: not a {what}: nested too deeply") from None


def _line(found: yaml.YAMLError) -> int:
    mark = getattr(found, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _fault(name: str, root: yaml.Node, model: type[BaseModel], found: ErrorDetails) -> str:
    place = found["loc"]
    at = ".".join(map(str, place))
    said = _say(found["type"], place, found["msg"], model)
    return f"{name}:{line_of(root, place)}: {at + ': ' if at else ''}{said}"


def _say(kind: str, place: Sequence[str | int], message: str, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        allowed = _names(_model_at(model, place[:-1]))
        return f"unknown name; allowed: {', '.join(allowed)}{closest(str(place[-1]), allowed)}"
    if kind == "string_pattern_mismatch" and place[-1] == "source":
        return "lower-case letters, digits and underscores are allowed, a letter first"
    if kind == "literal_error":
        return message.replace("Input should be", "expected")
    return _EXPECTED.get(kind, message.removeprefix("Value error, "))


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel]:
    """The model of the part of a document that a place names."""
    kind: Any = model
    for step in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = next((f for n, f in kind.model_fields.items() if step in (n, f.alias)), None)
            kind = _bare(field.annotation) if field else kind
        elif get_args(kind):
            kind = _bare(get_args(kind)[-1])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model


def _bare(kind: Any) -> Any:
    """A type without what is annotated and without None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(part for part in get_args(kind) if part is not type(None)))
    return kind
