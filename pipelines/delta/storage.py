"""Files beside the Delta tables (staging, the lakehouse's marker), on a disk or in an object store."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow.fs as fs


def locate(uri: str) -> tuple[fs.FileSystem, str]:
    """The file system of an absolute path or URL, and the path within it."""
    found: tuple[fs.FileSystem, str] = fs.FileSystem.from_uri(
        uri if "://" in uri else Path(uri).absolute().as_uri()
    )
    return found


def join(root: str, *parts: str) -> str:
    """A place below a path or URL."""
    return "/".join((root.rstrip("/"), *parts))


def is_local(uri: str) -> bool:
    """Whether a path or URL is on this machine's file system."""
    return "://" not in uri or uri.startswith("file://")


def parquet_files(uri: str) -> list[str]:
    """Paths (within :func:`locate`'s file system) of the Parquet files below a folder, in order; [] if none."""
    system, path = locate(uri)
    selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
    return sorted(
        info.path
        for info in system.get_file_info(selector)
        if info.type == fs.FileType.File and info.path.endswith(".parquet") and info.size > 0
    )


def children(uri: str) -> list[str]:
    """Names of what lies directly in a folder; [] where there is no folder."""
    system, path = locate(uri)
    return sorted(
        info.base_name for info in system.get_file_info(fs.FileSelector(path, allow_not_found=True))
    )


def make_folder(uri: str) -> None:
    """Create a folder and those above it."""
    system, path = locate(uri)
    system.create_dir(path, recursive=True)


def delete_folder(uri: str) -> None:
    """Delete a folder and all below it, if it is there."""
    system, path = locate(uri)
    if system.get_file_info(path).type != fs.FileType.NotFound:
        system.delete_dir(path)


def read_text(uri: str) -> str | None:
    """The content of a small text file, or None where there is no such file."""
    system, path = locate(uri)
    if system.get_file_info(path).type != fs.FileType.File:
        return None
    with system.open_input_stream(path) as stream:
        return bytes(stream.read()).decode("utf-8")


def replace_text(uri: str, text: str) -> None:
    """Write a small text file in one step: whoever reads it sees all of the old text or all of the new one."""
    if is_local(uri):  # an object store makes an object visible when it is whole
        write_text(uri + ".new", text)
        system, path = locate(uri)
        system.move(path + ".new", path)
    else:
        write_text(uri, text)


def write_text(uri: str, text: str) -> None:
    """Write a small text file."""
    system, path = locate(uri)
    with system.open_output_stream(path) as stream:
        stream.write(text.encode("utf-8"))


def write_whole(uri: str, text: str) -> None:
    """Write a small text file that is there as a whole or not at all, also if the process dies or the power fails."""
    if not is_local(uri):
        write_text(uri, text)  # a put into an object store is atomic
        return
    path = Path(locate(uri)[1])
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def delete_file(uri: str) -> None:
    """Delete a file, if it is there."""
    system, path = locate(uri)
    if system.get_file_info(path).type == fs.FileType.File:
        system.delete_file(path)


def folder_bytes(uri: str) -> int:
    """Bytes of all files below a folder; 0 where there is none."""
    system, path = locate(uri)
    found = system.get_file_info(fs.FileSelector(path, recursive=True, allow_not_found=True))
    return sum(info.size or 0 for info in found if info.type == fs.FileType.File)
