"""How a column of a silver table follows from the fields of a row: what a mapping file may say of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Scalar = str | int | bool | None
Text = Annotated[str, Field(min_length=1)]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _as_text(value: Any) -> Any:
    """What a file holds is text: ``1`` and ``true`` in a mapping mean the texts."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "" if value is None else value


FieldText = Annotated[str, BeforeValidator(_as_text)]


class Strict(BaseModel):
    """Immutable, and without names that are not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Condition(Strict):
    """A condition on one field of a row."""

    field: Text = Field(description="Name of the field.")
    is_in: list[FieldText] | None = Field(None, alias="in", description="One of these texts.")
    not_in: list[FieldText] | None = Field(None, description="None of these texts.")
    empty: bool | None = Field(None, description="Whether the field is empty.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Condition:
        if sum(part is not None for part in (self.is_in, self.not_in, self.empty)) != 1:
            raise ValueError("a condition has a field and one of in, not_in, empty")
        return self


Conditions = Annotated[list[Condition], BeforeValidator(_as_list), Field(min_length=1)]

_DELAY = re.compile(r"^(\d{1,5}) (second|minute|hour|day|week)s?$")
_OFFSET = re.compile(r"^([+-])(\d{2}):(\d{2})$")


def zone(name: str) -> tzinfo:
    """A time zone by its IANA name or as an offset such as +01:00.

    Raises:
        ValueError: there is none of that name.
    """
    if name in ("UTC", "Z"):
        return UTC
    if found := _OFFSET.match(name):
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is no time zone: a name such as Europe/Berlin, or an offset such as +01:00"
        ) from None


def delay(text: str) -> timedelta:
    """A length of time such as ``7 days``.

    Raises:
        ValueError: it is none.
    """
    if not (found := _DELAY.match(text)):
        raise ValueError(
            f"a number of seconds, minutes, hours, days or weeks, such as 7 days; found {text!r}"
        )
    return timedelta(**{f"{found[2]}s": int(found[1])})


class Zone(Strict):
    """A time zone: a constant one, or one that each row names."""

    constant: str | None = Field(None, description="Name of the zone.")
    field: Text | None = Field(None, description="Name of the field that holds it.")
    values: dict[str, str] = Field(
        default_factory=dict,
        description="Time zone by what the field or the time itself says, where that is no zone's name.",
    )

    @model_validator(mode="after")
    def _is_known(self) -> Zone:
        if (self.field is None) == (self.constant is None):
            raise ValueError("a time zone is a name such as Europe/Berlin, or has a field")
        for name in (*self.values.values(), *([self.constant] if self.constant else [])):
            zone(name)
        return self


def _as_zone(value: Any) -> Any:
    return {"constant": value} if isinstance(value, str) else value


AnyZone = Annotated[Zone, BeforeValidator(_as_zone)]


class Value(Strict):
    """Where a column's value comes from, and how it is turned into the column's type."""

    field: Text | None = Field(None, description="Name of the field.")
    fields: list[Text] | None = Field(None, min_length=1, description="Fields that are joined.")
    separator: str = Field("-", description="Stands between joined fields.")
    constant: Scalar = Field(None, description="The same value for every row.")
    when: Conditions | None = Field(None, description="Rows that have a value; the others have none.")
    values: dict[str, Scalar] | None = Field(None, description="Value by what the field says.")
    otherwise: Literal["keep", "refuse", "empty"] = Field(
        "keep", description="What to do with a text that values does not list."
    )
    prefix: str = Field("", description="Put before the value.")
    unit: Literal["major", "minor"] | None = Field(
        None, description="Whether an amount is in major units, such as 10.50, or in minor ones."
    )
    minus: Text | None = Field(None, description="Field with an amount to subtract.")
    sign: Literal["keep", "drop", "flip"] = Field("keep", description="What to do with an amount's sign.")
    format: Text | None = Field(
        None,
        description="How a time is written: iso, rfc2822 (left out: either), epoch, epoch_ms, or as in strptime, such "
        "as %d.%m.%Y; %z is an offset, %Z the name of a zone.",
    )
    timezone: AnyZone | None = Field(None, description="Time zone of a time that does not say.")
    ambiguous: Literal["earlier", "later"] = Field(
        "earlier", description="Which of two moments an hour that comes twice means."
    )
    plus: str | None = Field(None, description="Added to a time, such as 7 days.")
    alternative: AnyValue | None = Field(
        None, alias="else", description="What to take where this is empty, or where its when is not met."
    )

    @field_validator("plus")
    @classmethod
    def _is_delay(cls, value: str | None) -> str | None:
        if value is not None:
            delay(value)
        return value

    @field_validator("format")
    @classmethod
    def _is_format(cls, value: str | None) -> str | None:
        if value not in (None, "iso", "epoch", "epoch_ms", "rfc2822"):
            try:
                datetime.strptime(datetime(2000, 1, 2, 3, 4, 5, tzinfo=UTC).strftime(value), value)
            except ValueError:
                value = ""
            if "%" not in value:
                raise ValueError(
                    "expected iso, epoch, epoch_ms, rfc2822, or a format of strptime, such as %d.%m.%Y %H:%M"
                )
        return value

    @model_validator(mode="after")
    def _has_one_origin(self) -> Value:
        if sum(part is not None for part in (self.field, self.fields, self.constant)) != 1:
            raise ValueError("a value has exactly one of field, fields, constant")
        if self.constant is not None and self.values is not None:
            raise ValueError("values translates a field; a constant needs none")
        return self

    @property
    def field_names(self) -> tuple[str, ...]:
        """All fields that it looks at."""
        other = self.alternative.field_names if self.alternative else ()
        return (*self._own_names, *other)

    @property
    def needed_names(self) -> tuple[str, ...]:
        """The fields that files must have for it: not those of which one stands in for another."""
        return () if self.alternative else self._own_names

    @property
    def _own_names(self) -> tuple[str, ...]:
        conditions = [condition.field for condition in self.when or ()]
        zone_field = [self.timezone.field] if self.timezone and self.timezone.field else []
        own = [self.field] if self.field else list(self.fields or ())
        return (*own, *([self.minus] if self.minus else []), *conditions, *zone_field)


def _as_value(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


AnyValue: TypeAlias = Annotated[Value, BeforeValidator(_as_value)]
Value.model_rebuild()


class TableMapping(Strict):
    """Which rows a silver table takes, and what its columns hold."""

    when: Conditions | None = Field(
        None, description="Rows that it takes; left out: all that no table before it takes."
    )
    columns: dict[str, AnyValue] = Field(min_length=1, description="Value by column.")
    occurred_at: AnyValue | None = Field(
        None, description="When this version of the object came to be; left out: created_at."
    )
    known_at: AnyValue | None = Field(
        None, description="When that was known; left out: when the file was last written."
    )

    @property
    def values(self) -> tuple[Value, ...]:
        """What its columns and its times hold."""
        times = [value for value in (self.occurred_at, self.known_at) if value]
        return (*self.columns.values(), *times)

    @property
    def field_names(self) -> tuple[str, ...]:
        """All fields that it looks at."""
        names = (name for value in self.values for name in value.field_names)
        return (*(condition.field for condition in self.when or ()), *names)

    @property
    def needed_names(self) -> tuple[str, ...]:
        """The fields that files must have."""
        names = (name for value in self.values for name in value.needed_names)
        return (*(condition.field for condition in self.when or ()), *names)
