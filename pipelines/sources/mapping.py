"""Load source mappings; one that cannot be used is refused before any file is read, with what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from pipelines.base.yaml_model import fault_at, load_text, parse_model
from pipelines.errors import SourceError
from pipelines.sources.checking import table_faults
from pipelines.sources.source import Source, Sources

WHAT = "source mapping"


@cache
def stripe() -> Sources:
    """Stripe's archives alone, by the mapping that comes with Vermeil."""
    text = files("pipelines.sources").joinpath("stripe.yaml").read_text("utf-8")
    return Sources((), parse_source(text, "stripe.yaml"))


def example(name: str) -> Path:
    """A mapping that comes with Vermeil to be used or copied, such as ``adyen_settlement`` or ``paypal_activity``."""
    return Path(str(files("pipelines.sources").joinpath("examples", f"{name}.yaml")))


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
    return parse_source(load_text(path, WHAT, SourceError), str(path))


def parse_source(text: str, name: str) -> Source:
    """A mapping from YAML text; ``name`` is used in messages. See :func:`load_source` for what is raised."""
    source = parse_model(text, name, Source, WHAT, SourceError)
    if faults := [fault_at(name, text, place, said) for place, said in table_faults(source)]:
        raise SourceError("\n".join(faults))
    return source
