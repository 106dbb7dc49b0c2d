from __future__ import annotations

import errno
import os

import pytest

from pipelines.errors import VermeilError, is_out_of_space


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_from_the_systems_own_words(code: int) -> None:
    assert is_out_of_space(OSError(code, os.strerror(code)))


def test_a_full_disk_is_told_from_an_engines_message() -> None:
    text = (
        "External error: Generic LocalFileSystem error: Unable to copy data to file: No space left on device"
    )
    assert is_out_of_space(RuntimeError(text))


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOENT, os.strerror(errno.ENOENT)), VermeilError("no table")]
)
def test_other_errors_are_not_a_full_disk(error: Exception) -> None:
    assert not is_out_of_space(error)
