"""Objects in an object store: listed, read, written on a condition, deleted; by one client.

The environment says where it is and who asks, as the provider's own tools have it: ``AWS_ACCESS_KEY_ID``,
``AWS_REGION``, ``AWS_ENDPOINT_URL``, … A client tries again what fails on the way, for a minute at most.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pipelines.errors import LakehouseError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from pipelines.settings import Settings

T = TypeVar("T")

RETRIES = 6
"""How often a request that failed on the way is sent again."""

RETRY_SECONDS = 60
"""After so long none is sent again."""

CUT = 3
"""How often a listing that was cut in its middle is asked for again."""

REQUEST_SECONDS = 60
"""How long one request may take."""

OF_STORES = re.compile("^(AWS|GOOGLE|AZURE)_")
"""How variables begin that say how a store is reached."""


@dataclass(frozen=True)
class Stored:
    """An object: its key, and what the store says of it. The ETag changes with the content."""

    key: str
    size: int
    modified_at: datetime
    etag: str


class Taken(Exception):  # noqa: N818 - it is an answer, not an error
    """An object was not written, because it is there already or is not what it was."""


def options(settings: Settings) -> dict[str, str]:
    """What delta-rs is told of the tables' store besides what it finds in the environment."""
    if "://" not in settings.lakehouse_uri:
        return settings.storage_options
    limits = {
        "max_retries": str(RETRIES),
        "retry_timeout": f"{RETRY_SECONDS}s",
        "timeout": f"{REQUEST_SECONDS}s",
    }
    return {**limits, **({"allow_http": "true"} if _is_plain() else {}), **settings.storage_options}


def tell_environment(given: Mapping[str, str]) -> None:
    """Put what a person gives to delta-rs where all others look for it, too; what is there already counts."""
    for name, value in given.items():
        if OF_STORES.match(name.upper()):
            os.environ.setdefault(name.upper(), value)
    if _is_plain():
        os.environ.setdefault("AWS_ALLOW_HTTP", "true")  # Sail asks for it


def files(uri: str, after: str = "") -> list[Stored]:
    """All objects below a folder, by key; [] where there is none. Folders' own markers are left out."""
    store, key = _client(uri)
    with _told(uri):
        import obstore

        below, offset = f"{key}/" if key else None, f"{key}/{after}" if after else None
        found = _whole(lambda: obstore.list(store, prefix=below, offset=offset, chunk_size=1000).collect())
    listed = [
        Stored(one["path"], one["size"], one["last_modified"], (one.get("e_tag") or "").strip('"'))
        for one in found
    ]
    return sorted(
        (one for one in listed if one.size or "." in one.key.rsplit("/", 1)[-1]), key=lambda one: one.key
    )


def children(uri: str) -> list[str]:
    """Names of what lies directly in a folder."""
    store, key = _client(uri)
    with _told(uri):
        import obstore

        found = _whole(lambda: obstore.list_with_delimiter(store, prefix=f"{key}/" if key else None))
    paths = [*(one["path"] for one in found["objects"]), *map(str, found["common_prefixes"])]
    return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in paths)


def read(uri: str, start: int | None = None, end: int | None = None, etag: str | None = None) -> bytes:
    """The content of an object, or a stretch of it, or only while it is what it was.

    Raises:
        FileNotFoundError: there is none.
        Taken: it has another ETag.
    """
    import obstore

    store, key = _client(uri)
    how: Any = {"if_match": etag} if etag else {}
    if start is not None:
        how["range"] = (start, end)
    with _told(uri):
        return bytes(obstore.get(store, key, options=how or None).bytes())


def write(uri: str, content: bytes, *, new: bool = False) -> str:
    """Write an object in one step; returns its ETag.

    Args:
        uri: where.
        content: all of it.
        new: there must be no object.

    Raises:
        Taken: there is one; nothing was written.
    """
    import obstore

    store, key = _client(uri)
    with _told(uri):
        found = obstore.put(store, key, content, mode="create" if new else "overwrite", use_multipart=False)
    return (found["e_tag"] or "").strip('"')


def delete(uris: Sequence[str]) -> None:
    """Delete objects of one bucket, a thousand a request; those that are gone are no matter."""
    if not uris:
        return
    import obstore

    store, _ = _client(uris[0])
    keys = [_client(uri)[1] for uri in uris]
    with _told(uris[0]), suppress(FileNotFoundError):
        obstore.delete(store, keys)


def key_of(uri: str) -> str:
    """The key in its bucket that a URL has."""
    return uri.partition("://")[2].partition("/")[2].strip("/")


def of_key(uri: str, key: str) -> str:
    """The URL of a key in the bucket of another URL."""
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}/{key}"


def _client(uri: str) -> tuple[ObjectStore, str]:
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    told = tuple(sorted((name, value) for name, value in os.environ.items() if OF_STORES.match(name)))
    return _connected(f"{scheme}://{bucket}", told), key.strip("/")


@lru_cache(maxsize=8)
def _connected(bucket: str, told: tuple[tuple[str, str], ...]) -> ObjectStore:
    """A client of a bucket, for what the environment says."""
    del told
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    connect: Any = from_url  # typed for each provider's own settings, which the environment has
    client = {"timeout": timedelta(seconds=REQUEST_SECONDS), "allow_http": _is_plain()}
    retry = {"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)}
    try:
        found: ObjectStore = connect(
            bucket.replace("s3a://", "s3://"), client_options=client, retry_config=retry
        )
        return found
    except (BaseError, ValueError) as error:
        raise LakehouseError(f"{bucket}: no object store is known by that: {_first_line(error)}") from None


def endpoint() -> str | None:
    """Where the store is, if it is not where its provider has it."""
    return (
        os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
        or os.environ.get("AWS_ENDPOINT")
    )


def region() -> str | None:
    """The region that the environment names."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def _is_plain() -> bool:
    """Whether the store is spoken to without encryption: one on this machine, or in a closed network."""
    return (endpoint() or "").startswith("http://")


@contextmanager
def _told(uri: str) -> Iterator[None]:
    """What a client says, in words of ours. Its own may hold keys, signatures and whole answers."""
    from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError

    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        if "NoSuchBucket" in str(error):
            _fail(uri, error)
        raise FileNotFoundError(uri) from None
    except (AlreadyExistsError, PreconditionError):
        raise Taken(uri) from None
    except (BaseError, PermissionError, OSError) as error:
        _fail(uri, error)


def _whole(ask: Callable[[], T]) -> T:
    """A listing, asked for again where the answer was cut in its middle: that, the client does not try again."""
    from obstore.exceptions import GenericError

    for _ in range(CUT):
        try:
            return ask()
        except GenericError as error:
            if "response body" not in str(error):
                raise
    return ask()


_MEANINGS = (
    (
        "ExpiredToken|TokenRefreshRequired|expired",
        "the credentials have expired: renew them, and run again",
    ),
    (
        "InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|InvalidToken|[Pp]ermission|[Uu]nauth"
        r"|(?<![\d.])40[13]\b",
        "it refuses these credentials: mend AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role, or "
        "what they may do",
    ),
    ("NoSuchBucket", "there is no such bucket: create it, or mend the URL"),
    (
        r"(?<![\d.])(503|429)\b|SlowDown",
        "it asked to slow down until there was no try left: wait, or ask its operator",
    ),
    (
        r"(?<![\d.])50[024]\b|InternalError",
        "it failed until there was no try left: wait, or ask its operator",
    ),
    (
        "timed out",
        "it did not answer in time, until there was no try left: look at the network, or at AWS_ENDPOINT_URL",
    ),
    (
        "connect|connection|error sending request|dns|incomplete|body|closed",
        "it was not reached, or cut the connection, until there was no try left: look at the network, or at "
        "AWS_ENDPOINT_URL and AWS_REGION",
    ),
)


def meaning(said: str) -> str | None:
    """What a client of a store meant, whichever client; None where nothing is known."""
    return next((told for pattern, told in _MEANINGS if re.search(pattern, said)), None)


def _fail(uri: str, error: BaseException) -> NoReturn:
    said = str(error)
    found = re.search(r"<Code>(\w+)</Code>", said)
    told = meaning(found[1]) if found else None
    raise LakehouseError(
        f"the object store of {uri}: {told or meaning(said) or _first_line(error)}. What was published stays as it is."
    ) from None


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0][:200]
