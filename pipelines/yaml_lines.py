"""Where something stands in a YAML file, so that a message about it can name the line."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


def line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line, from 1, of the deepest part of a place (keys and list indexes) that is there.

    Args:
        node: the composed document (``yaml.compose``).
        place: as pydantic gives it in ``error["loc"]``.
    """
    line = node.start_mark.line + 1 if node else 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
