"""Fetching a model: resumed by byte range, checked by sha256, and only when the user asks.

The hub answers with the file's size and sha256 before it sends to where the bytes lie
(``X-Linked-Size`` and ``X-Linked-ETag`` of its ``resolve`` addresses). What has come stays in a
``.part`` file beside a note of what it is a part of; it becomes a model only when every byte is
there and the checksum is right. Small text files have no sha256 there but the id that git gives
them, a sha1 over their length and their bytes, which tells damage as well. Sources: RFC 9110,
sections 13 to 15 (If-Range, Content-Range, 206, 416); the Hugging Face Hub's documentation of its
HTTP headers; git's documentation of its objects.
"""

import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from filelock import FileLock, Timeout

from engine import outbound
from engine.errors import DiskFullError, ModelError
from engine.models import gguf_header
from engine.models.catalogue import Offer
from engine.network import NetworkGuard, Permit
from engine.progress import CancelToken, Progress

log = logging.getLogger(__name__)

STAGE = "downloading"
CHECKING = "checking"
PURPOSE = "this download"
HASH_BYTES = 1 << 22
SPARE_BYTES = 256 << 20
"""Room that is left on the disk."""
SILENCE_S = 30.0
TRIES = 5
"""Attempts in a row that bring nothing; one that brings bytes starts the count again."""
PAUSE_S = 1.0
MAX_REDIRECTS = 5
HUB_HOSTS = ("huggingface.co", ".huggingface.co", ".hf.co")
"""The hub, and where it sends for the bytes."""
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_GIT_ID = re.compile(r"^[0-9a-f]{40}$")
_TEXTS = (".json", ".txt")
_RANGE = re.compile(r"^bytes (\d+)-(\d+)/(\d+)$")


class DownloadError(ModelError):
    code = "download"


@dataclass(frozen=True, slots=True)
class Promise:
    """What the whole file must be."""

    url: str
    size_bytes: int
    sha256: str
    """Or the git id of a small text file, which is shorter."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The note beside a ``.part`` file."""

    sha256: str
    size_bytes: int
    etag: str = ""
    """Of the server that sent the bytes; empty where it gave none that can be relied on."""


class _InterruptedError(Exception):
    """The connection ended early; what came is kept and another attempt may follow."""


def download(
    offer: Offer,
    folder: Path,
    guard: NetworkGuard,
    *,
    mirror: str,
    cancel: CancelToken | None = None,
    pause_s: float = PAUSE_S,
    silence_s: float = SILENCE_S,
) -> Generator[Progress, None, Path]:
    """Fetch an offer into a folder and return the file.

    Raises DownloadError, DiskFullError, NetworkRefusedError, and CancelledError; then and after a
    lost connection the part is kept, and the next call goes on from there.
    """
    target = folder / offer.file.rpartition("/")[2]
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f".{target.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DownloadError(
            f"{offer.name} is being downloaded by another window.", "Wait until it is done."
        ) from error
    base = mirror.rstrip("/") + "/"
    host = urlsplit(base).hostname or ""
    try:
        with guard.permit(f"{PURPOSE} ({offer.name})", (host, *HUB_HOSTS)) as permit:
            work = _Download(offer, target, permit, cancel, pause_s, silence_s)
            yield from work.run(urljoin(base, offer.path))
    except OSError as error:
        raise DownloadError(
            f"{target.name} cannot be written: {error.strerror or error}.",
            f"Check that {folder} can be written and has room.",
        ) from error
    finally:
        lock.release()
    return target


class _Download:
    def __init__(
        self,
        offer: Offer,
        target: Path,
        permit: Permit,
        cancel: CancelToken | None,
        pause_s: float,
        silence_s: float,
    ) -> None:
        self._offer = offer
        self._target = target
        self._permit = permit
        self._cancel = cancel or CancelToken()
        self._pause_s = pause_s
        self._silence_s = silence_s
        self._part = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")

    def run(self, url: str) -> Generator[Progress, None, None]:
        yield Progress(STAGE, 0, self._offer.size_bytes, f"asking {urlsplit(url).hostname}")
        promise = self._retried(lambda: self._ask(url))
        note = self._resume(promise)
        self._ask_room(promise)
        failures = 0
        while self._have() < promise.size_bytes:
            before = self._have()
            try:
                note = yield from self._fetch(promise, note)
            except (_InterruptedError, httpx.TransportError) as error:
                failures = 0 if self._have() > before else failures + 1
                log.info("the download was interrupted: %s", type(error).__name__)
                if failures >= TRIES:
                    raise _lost(error) from error
                self._wait(failures)
        yield from self._check(promise)
        self._part.replace(self._target)
        self._note.unlink(missing_ok=True)

    def _client(self, url: str) -> httpx.Client:
        return outbound.client(self._permit, url, cancel=self._cancel, timeout_s=self._silence_s)

    # --- what it should be ---------------------------------------------------------------------

    def _retried(self, ask: Callable[[], Promise]) -> Promise:
        for failures in range(1, TRIES + 1):
            try:
                return ask()
            except (_InterruptedError, httpx.TransportError) as error:
                if failures == TRIES:
                    raise _lost(error) from error
                self._wait(failures)
        raise AssertionError("unreachable")

    def _ask(self, url: str) -> Promise:
        """Ask the hub for size and checksum, without following it away from its host."""
        host = urlsplit(url).hostname
        asked = url
        with self._client(url) as client:
            for _ in range(MAX_REDIRECTS):
                response = client.head(asked, headers={"accept-encoding": "identity"})
                if response.status_code >= 500:
                    raise _InterruptedError(f"status {response.status_code}")
                if response.status_code >= 400:
                    raise self._refusal(response.status_code)
                sha256 = response.headers.get("x-linked-etag", "").strip('W/"').lower()
                if _SHA256.match(sha256) or not response.is_redirect:
                    return self._promise(url, sha256, response)
                asked = urljoin(asked, response.headers.get("location", ""))
                if urlsplit(asked).hostname != host:
                    return self._promise(url, "", response)
        raise DownloadError("The server sends in circles.", "Try again later.")

    def _promise(self, url: str, sha256: str, response: httpx.Response) -> Promise:
        offer = self._offer
        size_text = response.headers.get("x-linked-size", "")
        if not sha256 and offer.file.endswith(_TEXTS) and not response.is_redirect:
            sha256 = response.headers.get("etag", "").strip('W/"').lower()
            size_text = size_text or response.headers.get("content-length", "")
        size = int(size_text) if size_text.isdecimal() else 0
        trusted = _SHA256.match(sha256) or (
            offer.file.endswith(_TEXTS) and _GIT_ID.match(sha256) is not None
        )
        sha256 = sha256 if trusted else ""
        if offer.sha256 and sha256 and sha256 != offer.sha256:
            raise DownloadError(
                f"The server offers another file than the catalogue names for {offer.name}.",
                "It may have been replaced since; wait for a newer catalogue.",
                code="download_changed",
            )
        known = Promise(url, offer.size_bytes or size, offer.sha256 or sha256)
        if not known.sha256 or not known.size_bytes:
            raise DownloadError(
                f"The server does not say what {offer.file} must be, so it cannot be checked.",
                "Use another mirror, or fetch the file yourself and add it: alcove models add.",
                code="download_unverifiable",
            )
        return known

    def _refusal(self, status: int) -> DownloadError:
        if status in (401, 403):
            return DownloadError(
                f"The server does not give {self._offer.name} to everyone.",
                "Accept its licence on the hub, fetch the file there and add it here.",
            )
        if status == 404:
            return DownloadError(
                f"The server no longer has {self._offer.file}.", "Choose another model."
            )
        return DownloadError(f"The server refused with status {status}.", "Try again later.")

    # --- what is there -------------------------------------------------------------------------

    def _have(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _resume(self, promise: Promise) -> _Part:
        """The note of the part that is there; a part of another file is dropped."""
        fresh = _Part(promise.sha256, promise.size_bytes)
        try:
            note = _Part(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            note = None
        same = note is not None and (note.sha256, note.size_bytes) == (
            promise.sha256,
            promise.size_bytes,
        )
        if note is None or not same or self._have() > promise.size_bytes:
            self._part.unlink(missing_ok=True)
            note = fresh
        self._keep(note)
        return note

    def _keep(self, note: _Part) -> None:
        self._note.write_text(json.dumps(asdict(note)), encoding="utf-8")

    def _ask_room(self, promise: Promise) -> None:
        missing = promise.size_bytes - self._have() + SPARE_BYTES
        free = shutil.disk_usage(self._target.parent).free
        if free < missing:
            raise DiskFullError(
                f"{self._offer.name} needs {missing / 1e9:.1f} GB more, and {free / 1e9:.1f} GB "
                "are free.",
                f"Free some space where {self._target.parent} lies.",
            )

    # --- fetching ------------------------------------------------------------------------------

    def _fetch(self, promise: Promise, note: _Part) -> Generator[Progress, None, _Part]:
        """One attempt: from the end of the part to the end of the file, or as far as it goes."""
        have = self._have()
        headers = {"accept-encoding": "identity"}
        if have:
            headers["range"] = f"bytes={have}-"
            if note.etag:
                headers["if-range"] = note.etag
        url = promise.url
        for _ in range(MAX_REDIRECTS + 1):
            with self._client(url) as client, client.stream("GET", url, headers=headers) as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                note = self._begin(answer, have, promise, note)
                yield from self._receive(answer, promise)
                return note
        raise DownloadError("The server sends in circles.", "Try again later.")

    def _begin(self, answer: httpx.Response, have: int, promise: Promise, note: _Part) -> _Part:
        """Decide whether the bytes go on from the part or start again."""
        status = answer.status_code
        if status == 206:
            match = _RANGE.match(answer.headers.get("content-range", ""))
            if match is None or int(match[1]) != have or int(match[3]) != promise.size_bytes:
                self._part.unlink(missing_ok=True)
                raise _InterruptedError("the range is not the one that was asked for")
        elif status == 200:
            self._part.unlink(missing_ok=True)
            stated = answer.headers.get("content-length", "")
            if stated.isdecimal() and int(stated) != promise.size_bytes:
                raise DownloadError(
                    f"The server would send {int(stated):,} bytes instead of "
                    f"{promise.size_bytes:,}.",
                    "Try again later, or use another mirror.",
                    code="download_length",
                )
        elif status == 416:
            self._part.unlink(missing_ok=True)
            raise _InterruptedError("the server has no such range")
        elif status >= 500 or status == 429:
            raise _InterruptedError(f"status {status}")
        else:
            raise self._refusal(status)
        etag = answer.headers.get("etag", "")
        # A weak validator cannot vouch for a range (RFC 9110, 13.1.5).
        note = _Part(note.sha256, note.size_bytes, "" if etag.startswith("W/") else etag)
        self._keep(note)
        return note

    def _receive(self, answer: httpx.Response, promise: Promise) -> Generator[Progress, None, None]:
        done = self._have()
        with self._part.open("ab") as file:
            # As they come: a chunk gathered to a size would be lost with the connection.
            for chunk in answer.iter_raw():
                self._cancel.check()
                done += len(chunk)
                if done > promise.size_bytes:
                    file.truncate(0)
                    raise DownloadError(
                        "The server sent more bytes than the file has.",
                        "Try again later, or use another mirror.",
                        code="download_length",
                    )
                file.write(chunk)
                file.flush()  # what came is kept, however this process ends
                yield Progress(STAGE, done, promise.size_bytes, self._offer.name)
        if done < promise.size_bytes:
            raise _InterruptedError("the file ended early")

    def _check(self, promise: Promise) -> Generator[Progress, None, None]:
        digest = _digest(promise)
        done = 0
        with self._part.open("rb") as file:
            while chunk := file.read(HASH_BYTES):
                self._cancel.check()
                digest.update(chunk)
                done += len(chunk)
                yield Progress(CHECKING, done, promise.size_bytes, self._offer.name)
        try:
            if digest.hexdigest() != promise.sha256:
                raise DownloadError(
                    f"What came is not {self._offer.name}: its checksum differs.",
                    "It was thrown away. Try again, or use another mirror.",
                    code="download_damaged",
                )
            if self._target.suffix == ".gguf":
                gguf_header.read(self._part)
        except ModelError:
            self._part.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)
            raise

    def _wait(self, failures: int) -> None:
        until = time.monotonic() + self._pause_s * 2 ** min(failures, 4)
        while time.monotonic() < until:
            self._cancel.check()
            time.sleep(min(0.05, self._pause_s))


def _digest(promise: Promise) -> "hashlib._Hash":
    if _SHA256.match(promise.sha256):
        return hashlib.sha256()
    return hashlib.sha1(b"blob %d\0" % promise.size_bytes, usedforsecurity=False)


def _lost(error: Exception) -> DownloadError:
    return DownloadError(
        f"The connection was lost: {error}.",
        "What has come is kept. The same command goes on from there.",
        code="download_interrupted",
    )
