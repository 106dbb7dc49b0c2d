"""Load a source mapping and say exactly what is wrong with one that cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipelines.errors import SourceError
from pipelines.sources.source import Source, Sources
from pipelines.yaml_lines import line_of


@cache
def stripe() -> Sources:
    """Stripe's archives alone, by the mapping that comes with Vermeil."""
    text = files("pipelines.sources").joinpath("stripe.yaml").read_text("utf-8")
    return Sources((), parse_source(text, "stripe.yaml"))


def load_sources(paths: Iterable[Path]) -> Sources:
    """The sources that some mapping files describe, and Stripe's, which takes what none of them claims.

    Raises:
        SourceError: a mapping is not valid, or two have one name.
    """
    found: dict[str, tuple[Path, Source]] = {}
    rest = stripe().rest
    for path in paths:
        source = load_source(path)
        if source.source == rest.source:
            raise SourceError(f"{path}: source: {rest.source!r} is the mapping that comes with Vermeil")
        if source.source in found:
            other = found[source.source][0]
            raise SourceError(f"{path}: source: {source.source!r} is also the name of {other}")
        found[source.source] = (path, source)
    return Sources(tuple(source for _, source in found.values()), rest)


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
    at = ".".join(map(str, place))
    return f"{name}:{line_of(root, place)}: {at + ': ' if at else ''}{said}"


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
