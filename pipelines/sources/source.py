"""What one origin's files look like, and which file belongs to which of several origins."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.errors import SourceError
from pipelines.sources.fields import AnyZone, Strict, TableMapping, Text, Zone
from pipelines.sources.layout import Layout

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]

COMPRESSION_SUFFIXES = (".gz", ".zst", ".bz2", ".xz")


class Csv(Strict):
    """How a CSV file is written. Quotes are double quotes, doubled within a value."""

    delimiter: str = Field(",", min_length=1, max_length=1, description="Between values.")
    encoding: Literal["utf-8", "windows-1252", "iso-8859-1", "iso-8859-15"] = Field(
        "utf-8", description="Of its text."
    )
    header: list[str] | None = Field(
        None, min_length=1, description="Names of its fields, where the file has no line with them."
    )

    @field_validator("delimiter")
    @classmethod
    def _not_a_quote(cls, value: str) -> str:
        if value in '"\r\n' or not value.isascii():
            raise ValueError("a delimiter is one ASCII character other than a quote and a line end")
        return value


class Numbers(Strict):
    """How numbers are written."""

    decimal: Literal[".", ","] = Field(".", description="Before the decimals.")
    thousands: Literal[",", ".", " ", "'"] | None = Field(
        None, description="Between thousands, also between lakhs and crores as in 1,23,456."
    )
    symbols: list[Text] = Field(
        default_factory=list,
        description="Symbols or codes of currencies that stand beside amounts, such as $.",
    )
    float_noise: bool = Field(
        False,
        description="Amounts were written by binary floating point: 85.64999999999999 means 85.65. What is off by more "
        "than a millionth of the minor unit is still refused.",
    )

    @model_validator(mode="after")
    def _two_marks(self) -> Numbers:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are different characters")
        return self


class Source(Strict):
    """What one origin's files and records look like."""

    source: Name = Field(description="Name of the source, kept with every record.")
    doc: str = Field(description="What the source is.")
    files: list[str] = Field(
        default_factory=list,
        description="Patterns of its files below the raw folder, such as acme/**/*.csv; left out: all files with one "
        "of the suffixes.",
    )
    suffixes: list[str] = Field(
        default_factory=list, description="Endings of the files to read, without compression."
    )
    format: Literal["stripe", "csv", "ndjson", "parquet"] = Field(
        "stripe", description="Objects of Stripe's shape, or rows whose fields are mapped below."
    )
    account: str = Field(pattern=r"^[A-Za-z0-9_]{1,255}$", description="Account of records that name none.")
    account_field: Text | None = Field(None, description="Field of a row that names the account.")
    unread: list[str] | None = Field(
        None,
        description="Fields of a row that are there and not read; where it is given, any other is told as drift.",
    )
    event_order: list[list[str]] = Field(
        default_factory=list, description="Endings of event types, earliest first, within one second."
    )
    csv: Csv = Field(default_factory=Csv, description="How its CSV files are written.")
    numbers: Numbers = Field(default_factory=Numbers, description="How its numbers are written.")
    empty: list[str] = Field(default_factory=list, description="Texts that mean no value, such as NULL.")
    timezone: AnyZone = Field(
        default_factory=lambda: Zone(constant="UTC"), description="Of times that do not say."
    )
    tables: dict[str, TableMapping] = Field(
        default_factory=dict,
        description="Silver tables that its rows go to; a row goes to the first that takes it.",
    )

    @field_validator("suffixes")
    @classmethod
    def _dotted(cls, value: list[str]) -> list[str]:
        for suffix in value:
            if not suffix.startswith(".") or "/" in suffix:
                raise ValueError(f"a suffix starts with a dot, such as .ndjson; found {suffix!r}")
        return value

    @field_validator("files")
    @classmethod
    def _below_the_folder(cls, value: list[str]) -> list[str]:
        for pattern in value:
            if fault := pattern_fault(pattern):
                raise ValueError(f"{fault}; found {pattern!r}")
        return value

    @model_validator(mode="after")
    def _says_which_files(self) -> Source:
        if self.is_mapped != bool(self.tables):
            raise ValueError(
                "tables is missing: say which silver tables its rows go to"
                if self.is_mapped
                else "tables maps rows: say format: csv, ndjson or parquet, too"
            )
        if not self.files and not self.suffixes:
            raise ValueError("files is missing: say which files it reads, such as files: [acme/*.json]")
        return self

    @property
    def is_mapped(self) -> bool:
        """Whether its records are rows that are mapped, rather than objects of Stripe's shape."""
        return self.format != "stripe"

    @property
    def layout(self) -> Layout | None:
        """How its rows are written, where its records are rows."""
        if not self.is_mapped:
            return None
        header = tuple(self.csv.header) if self.csv.header else None
        return Layout(self.format, self.csv.delimiter, self.csv.encoding, header)

    @property
    def field_names(self) -> tuple[str, ...]:
        """All fields of a row that the mapping looks at."""
        own = [self.account_field] if self.account_field else []
        zone = [self.timezone.field] if self.timezone.field else []
        tables = (name for table in self.tables.values() for name in table.field_names)
        return (*own, *zone, *tables)

    @property
    def needed_names(self) -> tuple[str, ...]:
        """The fields that its files must have: not those of which one stands in for another."""
        own = [self.account_field] if self.account_field else []
        zone = [self.timezone.field] if self.timezone.field else []
        tables = (name for table in self.tables.values() for name in table.needed_names)
        return (*own, *zone, *tables)

    @cached_property
    def _patterns(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(_expression, self.files))) if self.files else None

    def claims(self, file: str) -> bool:
        """Whether a file, named by its path below the raw folder, is of this source."""
        plain = _without_compression(file)
        if self.suffixes and not plain.lower().endswith(tuple(self.suffixes)):
            return False
        patterns = self._patterns
        return patterns is None or bool(patterns.fullmatch(file) or patterns.fullmatch(plain))

    @property
    def expected(self) -> str:
        """Its files in words."""
        return ", ".join([*self.files, *self.suffixes])


@dataclass(frozen=True)
class Sources:
    """The sources of one lakehouse. Each file and each record belongs to exactly one of them.

    Attributes:
        own: the sources that were mapped; a file is one of theirs first.
        rest: the source that takes the files which none of them claims.
    """

    own: tuple[Source, ...]
    rest: Source

    def __iter__(self) -> Iterator[Source]:
        return iter((*self.own, self.rest))

    def of(self, name: str) -> Source:
        """A source by its name.

        Raises:
            SourceError: none has it; the message lists those there are.
        """
        for source in self:
            if source.source == name:
                return source
        raise SourceError(
            f"the lakehouse holds records of source {name!r}, and no mapping of that name is loaded (there are "
            f"{', '.join(source.source for source in self)}). Name its file in VERMEIL_SOURCES or with --mapping."
        )

    def claiming(self, file: str) -> Source | None:
        """The source that a file, named by its path below the raw folder, belongs to; None for a file of no source.

        Raises:
            SourceError: two mappings claim it.
        """
        found = [source for source in self.own if source.claims(file)]
        if len(found) > 1:
            names = " and ".join(source.source for source in found)
            raise SourceError(
                f"{file}: claimed by the sources {names}. Narrow 'files' in one of their mappings."
            )
        return found[0] if found else self.rest if self.rest.claims(file) else None

    def mapping(self, table: str) -> tuple[Source, ...]:
        """The sources of which some rows go to a silver table, by its short name."""
        return tuple(source for source in self.own if table in source.tables)

    @property
    def mapped(self) -> tuple[Source, ...]:
        """The sources whose records are rows."""
        return tuple(source for source in self.own if source.is_mapped)

    @property
    def expected(self) -> str:
        """The files that are read, in words."""
        return "; ".join(source.expected for source in self)


def pattern_fault(pattern: str) -> str | None:
    """What is wrong with a pattern of files; None for a good one."""
    parts = pattern.split("/")
    if not pattern or pattern.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", pattern) or "\\" in pattern:
        return "a pattern is a path below the raw folder with forward slashes, such as acme/*.csv"
    if ".." in parts or "." in parts or "" in parts or not pattern.isprintable():
        return "a pattern goes down from the raw folder and nowhere else, such as acme/**/*.csv"
    if any("**" in part and part != "**" for part in parts):
        return "** stands for any number of folders and is a part of its own, such as acme/**/*.csv"
    if parts[-1] == "**":
        return "a pattern ends with the name of files, such as acme/**/*.csv"
    return None


def _expression(pattern: str) -> str:
    """A pattern as a regular expression: ``**/`` is any number of folders, ``*`` and ``?`` stay within a name."""
    found = []
    for part in pattern.split("/"):
        if part == "**":
            found.append("(?:[^/]+/)*")
        else:
            name = re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
            found.append(f"{name}/")
    return "".join(found).removesuffix("/")


def _without_compression(file: str) -> str:
    plain, suffix = os.path.splitext(file)  # noqa: PTH122 - called for every file; a Path costs ten times as much
    return plain if suffix.lower() in COMPRESSION_SUFFIXES else file
