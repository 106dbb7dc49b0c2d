"""The secret key that personal data is tokenised with: where it comes from, and how it is kept from being seen."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.delta import storage
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.settings import Settings

MIN_BYTES = 32
"""A shorter key is refused: NIST SP 800-107 asks for as many bits as the digest, SHA-256, has."""

BLOCK_BYTES = 64
"""Bytes that SHA-256 works on at a time; HMAC pads its key to them."""

_HOW = 'Make one with: python -c "import secrets; print(secrets.token_hex(32))"'
_HEX = re.compile(r"^(?:[0-9a-fA-F]{2})+$")


@dataclass(frozen=True)
class TokenKey:
    """A key of HMAC-SHA256. Neither ``repr`` nor an error shows it; ``id`` may be shown."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < MIN_BYTES:
            raise ValueError(f"the key has {len(self.secret)} bytes; it needs at least {MIN_BYTES}. {_HOW}")

    def __str__(self) -> str:
        return f"token key {self.id}"

    @cached_property
    def id(self) -> str:
        """Six hexadecimal digits that tell this key from others and do not give it away. Part of each token."""
        return self.digest("vermeil token key")[:6]

    def digest(self, text: str) -> str:
        """HMAC-SHA256 of a text, in hexadecimal digits."""
        return hmac.new(self.secret, text.encode(), "sha256").hexdigest()

    def pads(self) -> tuple[bytes, bytes]:
        """The inner and the outer pad of RFC 2104, for engines that have SHA-256 and no HMAC. As secret as the key."""
        secret = hashlib.sha256(self.secret).digest() if len(self.secret) > BLOCK_BYTES else self.secret
        block = secret.ljust(BLOCK_BYTES, b"\0")
        return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def token_key(settings: Settings) -> TokenKey:
    """The key that the settings give or name; without any, the one in the home, which is made when first needed.

    Raises:
        SettingsError: it is too short or cannot be read or made; the message never shows any of it.
    """
    if settings.token_key is not None:
        return _parsed(settings.token_key.get_secret_value(), "VERMEIL_TOKEN_KEY")
    path = settings.token_key_path
    _keep_out_of_lakehouse(path, settings.lakehouse_uri)
    try:
        if settings.token_key_file is None and not path.exists():
            _make(path)
        return _parsed(path.read_text(encoding="ascii"), str(path))
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the token key is hexadecimal or Base64 text. {_HOW}") from None
    except OSError as error:
        raise SettingsError(
            f"{path}: the token key cannot be read or made ({error.strerror}). Set VERMEIL_TOKEN_KEY or "
            f"VERMEIL_TOKEN_KEY_FILE. {_HOW}"
        ) from None


def _parsed(text: str, where: str) -> TokenKey:
    text = text.strip()
    try:
        # Hexadecimal digits are Base64, too; nobody writes 32 bytes of Base64 in hexadecimal digits alone.
        secret = bytes.fromhex(text) if _HEX.match(text) else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{where}: the token key is neither hexadecimal nor Base64. {_HOW}") from None
    try:
        return TokenKey(secret)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


def _make(path: Path) -> None:
    """A new key that its owner alone can read. Of two processes that make one at a time, both get the first's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    (path.parent / ".gitignore").write_text("*\n", encoding="ascii")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(MIN_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _keep_out_of_lakehouse(path: Path, lakehouse: str) -> None:
    if storage.is_local(lakehouse) and path.resolve().is_relative_to(Path(lakehouse.removeprefix("file://"))):
        raise SettingsError(
            f"{path}: the token key would lie in the lakehouse, for all to see who may read tables. "
            "Set VERMEIL_TOKEN_KEY_FILE to a file elsewhere."
        )
