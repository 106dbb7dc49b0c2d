"""Load a source mapping and say exactly what is wrong with one that cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from pipelines.errors import SourceError
from pipelines.yaml_lines import line_of

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]


class Source(BaseModel):
    """What one origin's files and records look like."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    source: Name = Field(description="Name of the source, kept with every record.")
    doc: str = Field(description="What the source is.")
    suffixes: list[str] = Field(
        min_length=1, description="Endings of the files to read, without compression."
    )
    account: str = Field(pattern=r"^[A-Za-z0-9_]{1,255}$", description="Account of records that name none.")
    event_order: list[list[str]] = Field(
        description="Endings of event types, earliest first, within one second."
    )

    @field_validator("suffixes")
    @classmethod
    def _dotted(cls, value: list[str]) -> list[str]:
        for suffix in value:
            if not suffix.startswith(".") or "/" in suffix:
                raise ValueError(f"a suffix starts with a dot, such as .ndjson; found {suffix!r}")
        return value


@cache
def stripe() -> Source:
    """The mapping of Stripe's archives that comes with Vermeil."""
    return parse_source(files("pipelines.sources").joinpath("stripe.yaml").read_text("utf-8"), "stripe.yaml")


def load_source(path: Path) -> Source:
    """A mapping from a file.

    Raises:
        SourceError: it cannot be read, or is not a valid mapping; the message has the file, the line, what is
            allowed and, for a misspelt name, a suggestion.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: the source mapping cannot be read ({error})") from None
    return parse_source(text, str(path))


def parse_source(text: str, name: str) -> Source:
    """A mapping from YAML text; ``name`` is used in messages. See :func:`load_source` for what is raised."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        raise SourceError(f"{name}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}:1: not a source mapping: {error}") from None
    if isinstance(root, yaml.MappingNode) and (twice := _given_twice(root)):
        raise SourceError(f"{name}:{twice.start_mark.line + 1}: {twice.value}: is given twice")
    if not isinstance(content, dict):
        raise SourceError(
            f"{name}:1: a mapping of names is expected; allowed: {', '.join(Source.model_fields)}"
        )
    try:
        return Source.model_validate(content)
    except ValidationError as error:
        faults = [_fault(name, root, found) for found in error.errors()]
        raise SourceError("\n".join(faults)) from None


def _fault(name: str, root: yaml.Node | None, found: ErrorDetails) -> str:
    place = found["loc"]
    said = _say(found["type"], place, found["msg"])
    return f"{name}:{line_of(root, place)}: {'.'.join(map(str, place))}: {said}"


_EXPECTED = {
    "string_type": "a text is expected",
    "list_type": "a list is expected, such as [a, b]",
    "too_short": "at least one is expected",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "only letters, digits and underscores are allowed",
    "missing": "is missing",
}


def _say(kind: str, place: Sequence[str | int], message: str) -> str:
    allowed = list(Source.model_fields)
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(place[-1]), allowed, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return f"unknown name; allowed: {', '.join(allowed)}{hint}"
    if kind == "string_pattern_mismatch" and place[0] == "source":
        return "lower-case letters, digits and underscores are allowed, a letter first"
    return _EXPECTED.get(kind, message.removeprefix("Value error, "))


def _given_twice(root: yaml.MappingNode) -> yaml.ScalarNode | None:
    """The second of two equal names; YAML would silently take the last."""
    seen: set[str] = set()
    for key, _ in root.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                return key
            seen.add(key.value)
    return None
