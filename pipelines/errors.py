"""What can go wrong, said so that a person knows what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class VermeilError(Exception):
    """Base of every error that Vermeil raises on purpose; its text is meant to be shown."""


class SettingsError(VermeilError):
    """A setting (environment variable, option, mapping file) that cannot be used as given."""


class SourceError(VermeilError):
    """A raw folder or a source mapping that cannot be read."""


class QueryError(SettingsError):
    """A query in SQL that is wrong, or that does something else than to ask."""


class RuleError(SettingsError):
    """A rule, or a file of rules, that cannot be understood or is about columns that are not there."""


class MetricError(SettingsError):
    """A question about metrics that is not answered, because the answer would be wrong or there is none.

    Attributes:
        reason: what stands against it: metric, dimension, value, currency, order, apart, immature, time, where, limit.
        nearest: names that may have been meant, best first.
    """

    def __init__(self, said: str, reason: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(said)
        self.reason = reason
        self.nearest = tuple(nearest)


class LakehouseError(VermeilError):
    """A lakehouse that cannot be read or written: version, storage, lock, unknown table."""


class ModelError(VermeilError):
    """A model that cannot be trained, read or used: its features, labels, parameters, files or libraries."""


class EngineError(VermeilError):
    """An engine that failed at something that it can do, or that is gone. Its text may quote a record."""


class ExportError(VermeilError):
    """A database that gold cannot be written to: not reached, in use, or with tables of its own."""


class CriticalCheckError(VermeilError):
    """A staged batch failed a critical expectation; nothing of it was published."""


_NO_SPACE = ("No space left", "Disk quota exceeded", "File too large", "StorageFull")


def is_out_of_space(error: BaseException) -> bool:
    """Whether an error, of whatever library, says that the disk is full."""
    return any(text in str(error) for text in _NO_SPACE)


@contextmanager
def noted(text: str) -> Iterator[None]:
    """Add a note to whatever goes wrong within."""
    try:
        yield
    except Exception as error:
        error.add_note(text)
        raise
