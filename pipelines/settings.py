"""Settings, read from the environment once, at the edge."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pipelines.base.money import exponent
from pipelines.errors import SettingsError

MEBIBYTE = 1 << 20


def _as_text(path: Any) -> Any:
    return os.fspath(path) if isinstance(path, os.PathLike) else path


def raw_folder(given: str) -> Path | str:
    """A raw folder: a URL is one in an object store, all else a path."""
    return (
        given if "://" in given and not given.startswith("file://") else Path(given.removeprefix("file://"))
    )


class Settings(BaseSettings):
    """Where the data lives and where Spark runs. Every field is an environment variable ``VERMEIL_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="VERMEIL_", frozen=True, extra="ignore")

    home: Path = Field(
        Path("data"), description="Folder of raw/, lakehouse/, models/, dagster/ and reports/."
    )
    lakehouse: str | None = Field(
        None, description="Path or object-store URL of the tables; <home>/lakehouse."
    )
    raw: Annotated[str | None, BeforeValidator(_as_text)] = Field(
        None, description="Folder of raw files, or its URL in an object store; <home>/raw."
    )
    sources: str | None = Field(
        None,
        description="Source mappings: a folder, or files separated as in PATH; <home>/sources/*.yaml.",
    )
    models: Path | None = Field(None, description="Folder of models and their registry; <home>/models.")
    mlflow_uri: str | None = Field(
        None, description="MLflow server that keeps runs and models; sqlite:///<models>/mlflow.db."
    )
    engine: str = Field("embedded", description="embedded, spark, or sc://host:port.")
    spark_conf: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        description="Spark settings: a JSON object, or the path of a file that holds one.",
    )
    storage_options: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Object-store options for delta-rs: a JSON object or a file's path."
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="Country of the archive's own account, such as US: networks' limits differ by region.",
    )
    reporting_currency: str | None = Field(
        None, description="Currency, such as EUR, that finance has amounts in beside those that were booked."
    )
    fx_rates: Path | None = Field(
        None,
        description="CSV of exchange rates: date, currency, to, rate; the European Central Bank's, of vermeil[fx].",
    )
    batch_bytes: int = Field(
        512 * MEBIBYTE, gt=0, description="Uncompressed bytes of raw records, about, that one batch takes in."
    )
    max_record_bytes: int = Field(
        16 * MEBIBYTE, gt=0, description="A longer record is kept, marked as a fault and not parsed."
    )
    max_expansion: int = Field(
        250, gt=0, description="A large file that decompresses to more times its size is not taken in."
    )
    audit_records: int = Field(
        300_000,
        ge=0,
        description="Records up to which every run audits the whole lakehouse; of a larger one, when a tenth is new.",
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        gt=0,
        description="Processes that read raw files (embedded).",
    )
    tables_at_once: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 4),
        gt=0,
        description="Tables that a run works at side by side, where they do not wait for each other.",
    )
    driver_commit_bytes: int = Field(
        32 * MEBIBYTE,
        ge=0,
        description="Bytes of a batch with its table up to which the driver itself commits it (spark, sc); 0: never.",
    )
    maintenance: Annotated[dict[str, dict[str, int]], NoDecode] = Field(
        default_factory=dict,
        description="What maintain keeps, by layer or table: a JSON object or a file's path.",
    )
    lease: float = Field(
        60,
        ge=1,
        description="Seconds after which a writer to an object store that does not renew its lock has lost it.",
    )
    wait: float = Field(
        0, ge=0, description="Seconds that a writer waits for another one to end before it gives up."
    )
    record: bool = Field(
        True, description="Whether commands record what they did in the home's Dagster: yes or no."
    )

    alert_webhook: SecretStr | None = Field(
        None, description="Address that alerts are posted to as JSON, such as a Slack webhook."
    )
    alert_email: str | None = Field(None, description="Mailboxes that alerts go to, separated by commas.")
    alert_stale_hours: float = Field(
        25, gt=0, description="Hours without a refresh after which a gold table is stale."
    )
    alert_quarantine: int = Field(
        100, gt=0, description="Records that go to quarantine within a day before it counts as growing."
    )
    smtp_host: str = Field("localhost", description="Mail server for alerts.")
    smtp_port: int = Field(587, gt=0, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to it is secured: starttls, tls, or none."
    )
    smtp_user: str | None = Field(None, description="User to log in there as, if any.")
    smtp_password: SecretStr | None = Field(None, description="The user's password.")
    smtp_from: str | None = Field(None, description="Sender of alerts; vermeil@localhost.")

    ask_model: str | None = Field(
        None,
        description="Language model that may read questions, such as http://127.0.0.1:8080/v1#name; none.",
    )
    ask_model_key: SecretStr | None = Field(None, description="Key that its endpoint asks for.")

    forget_key_file: Path | None = Field(
        None,
        description="File of the key that the ids of forgotten customers are hashed with; <home>/keys/forget.key, "
        "which is made when first needed.",
    )
    token_key: SecretStr | None = Field(
        None, description="Secret key of the tokens in silver, at least 32 bytes, hexadecimal or Base64."
    )
    token_key_file: Path | None = Field(
        None, description="File that holds it; <home>/keys/token.key, which is made when first needed."
    )

    @field_validator("spark_conf", "storage_options", mode="before")
    @classmethod
    def _object_or_file(cls, value: Any) -> Any:
        return _json_object(value) if isinstance(value, str) else value

    @field_validator("maintenance", mode="before")
    @classmethod
    def _policies_or_file(cls, value: Any) -> Any:
        return _parsed(value) if isinstance(value, str) else value

    @field_validator("reporting_currency")
    @classmethod
    def _currency(cls, value: str | None) -> str | None:
        if not value:
            return None
        exponent(value)
        return value.upper()

    @field_validator("alert_webhook")
    @classmethod
    def _web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not value.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("an address that begins with https:// or http:// is expected")
        return value

    @property
    def lakehouse_uri(self) -> str:
        """Root of the tables: an absolute path or a URL."""
        root = self.lakehouse or str(self.home / "lakehouse")
        return root if "://" in root else str(Path(root).resolve())

    @property
    def raw_dir(self) -> Path | str:
        """Folder of raw files: a path, or a URL in an object store."""
        return raw_folder(self.raw) if self.raw else self.home / "raw"

    @property
    def models_dir(self) -> Path:
        """Folder of models and their registry: an absolute path."""
        return (self.models or self.home / "models").resolve()

    @property
    def source_files(self) -> list[Path]:
        """The mapping files, by name where a folder is given.

        Raises:
            SettingsError: VERMEIL_SOURCES names something that is not there.
        """
        if self.sources is None:
            return _yaml_files(self.home / "sources")
        paths = [Path(part) for part in self.sources.split(os.pathsep) if part]
        if missing := next((path for path in paths if not path.exists()), None):
            raise SettingsError(
                f"VERMEIL_SOURCES: {missing} does not exist; a folder of mapping files or the files themselves, "
                f"separated by {os.pathsep!r}, are expected"
            )
        return [file for path in paths for file in (_yaml_files(path) if path.is_dir() else [path])]

    @property
    def forget_key_path(self) -> Path:
        """File of the key that the ids of forgotten customers are hashed with."""
        return self.forget_key_file or self.home / "keys" / "forget.key"

    @property
    def mailboxes(self) -> list[str]:
        """The mailboxes that alerts go to."""
        return [box.strip() for box in (self.alert_email or "").split(",") if box.strip()]

    @property
    def token_key_path(self) -> Path:
        """File of the token key, where it is not given itself."""
        return self.token_key_file or self.home / "keys" / "token.key"

    @property
    def spark_log(self) -> Path:
        """File that a Spark which is started here writes to."""
        return self.home / "logs" / "spark.log"

    @property
    def reports_dir(self) -> Path:
        """Folder that reports are written to."""
        return self.home / "reports"


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the environment, with what the caller gives on top.

    Raises:
        SettingsError: a value cannot be used; the message names the variable and what is allowed.
    """
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        faults = (f"VERMEIL_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError("; ".join(faults)) from None
    root = settings.lakehouse_uri
    if "://" not in root and (found := _NOT_FOUND.search(root)):
        raise SettingsError(
            f"the tables cannot lie at {root!r}: Delta's libraries find none below a folder with {found[0]!r} in its "
            "name. Choose another with --home (VERMEIL_HOME), or VERMEIL_LAKEHOUSE."
        )
    return settings


_NOT_FOUND = re.compile(r"[\[\]|^\\\x00-\x1f\x7f]|%[0-9A-Fa-f]{2}")
"""What delta-rs (1.6.6) reads as something else, or ends at, in the path of a table."""


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def _json_object(text: str) -> dict[str, str]:
    return {key: str(value) for key, value in _parsed(text).items()}


def _parsed(text: str) -> dict[str, Any]:
    source = text if text.lstrip().startswith("{") else _file_text(text)
    try:
        found = json.loads(source)
    except json.JSONDecodeError as error:
        raise ValueError(f"not a JSON object: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"a JSON object is expected, found {type(found).__name__}")
    return {str(key): value for key, value in found.items()}


def _file_text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"neither a JSON object nor a readable file: {path} ({error.strerror})") from None
