"""The secret key: where it comes from, what is refused, and that it never shows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import stat
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import SettingsError
from pipelines.privacy.token_key import TokenKey, token_key
from pipelines.settings import load_settings

SECRET = bytes(range(40, 72))


@pytest.fixture(autouse=True)
def _no_key_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERMEIL_TOKEN_KEY", raising=False)
    monkeypatch.delenv("VERMEIL_TOKEN_KEY_FILE", raising=False)


@pytest.mark.parametrize(
    "text",
    [SECRET.hex(), SECRET.hex().upper(), base64.b64encode(SECRET).decode(), f" {SECRET.hex()}\n"],
    ids=["hexadecimal", "upper case", "Base64", "white space around"],
)
def test_a_key_is_hexadecimal_or_base64(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_TOKEN_KEY", text)
    assert token_key(load_settings({"home": tmp_path})).secret == SECRET
    monkeypatch.delenv("VERMEIL_TOKEN_KEY")
    (tmp_path / "key").write_text(text)
    monkeypatch.setenv("VERMEIL_TOKEN_KEY_FILE", str(tmp_path / "key"))
    assert token_key(load_settings({"home": tmp_path})).secret == SECRET


def test_without_a_key_one_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path})
    first = token_key(settings)
    file = tmp_path / "keys" / "token.key"

    assert len(first.secret) == 32
    assert token_key(settings) == first
    assert token_key(load_settings({"home": tmp_path / "other"})) != first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == [".gitignore", "token.key"]
    assert (file.parent / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SECRET[:31].hex(), "has 31 bytes; it needs at least 32"),
        ("", "has 0 bytes"),
        ("correct horse battery staple!", "neither hexadecimal nor Base64"),
        ("clé", "hexadecimal or Base64"),
    ],
)
def test_a_bad_key_is_refused_with_the_way_out_and_not_shown(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as refused:
        token_key(load_settings({"home": tmp_path, "token_key_file": file}))
    assert str(file) in str(refused.value)
    assert "secrets.token_hex(32)" in str(refused.value)
    assert not text or text not in str(refused.value)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        token_key(load_settings({"home": tmp_path, "token_key_file": tmp_path / "key"}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "where", [{"token_key_file": "lakehouse/token.key"}, {"lakehouse": "."}], ids=["a file in it", "the home"]
)
def test_the_key_never_lies_in_the_lakehouse(
    where: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="would lie in the lakehouse"):
        token_key(load_settings({"home": tmp_path, **where}))


def test_nothing_prints_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_TOKEN_KEY", SECRET.hex())
    settings = load_settings({"home": tmp_path})
    key = token_key(settings)
    shown = f"{settings} {settings!r} {settings.model_dump_json()} {key} {key!r} {vars(settings)}"
    assert SECRET.hex() not in shown
    assert repr(SECRET) not in shown
    assert str(key) == f"token key {key.id}"


@pytest.mark.parametrize("size", [32, 64, 65, 200])
def test_the_pads_make_the_hmac_of_rfc_2104(size: int) -> None:
    key = TokenKey(bytes(n % 256 for n in range(size)))
    inner, outer = key.pads()
    message = "jane@example.com"
    by_hand = hashlib.sha256(outer + hashlib.sha256(inner + message.encode()).digest()).hexdigest()
    assert by_hand == key.digest(message) == hmac.new(key.secret, message.encode(), "sha256").hexdigest()
