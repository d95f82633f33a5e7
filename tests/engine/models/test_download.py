"""Downloads from a hub on loopback that misbehaves in every way."""

import hashlib
import shutil
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import CancelledError, DiskFullError, EngineError, NetworkRefusedError
from engine.models import download as module
from engine.models.catalogue import Offer
from engine.models.download import DownloadError, download
from engine.network import NetworkGuard, install
from engine.progress import CancelToken, Progress, drain
from tests.engine.models.hub import SILENT_S, Hub, serving, wait_for_bytes
from tests.ggufs import write_model

OFFER = Offer(
    name="Tiny",
    role="chat",
    repo="maker/tiny",
    file="tiny.gguf",
    parameters="1B",
    quantization="Q8_0",
    context=2048,
    licence="MIT",
    purpose="Tests.",
)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """About a megabyte, so that it comes in several chunks."""
    return write_model(tmp_path / "source.gguf", rows=8000).read_bytes()


@pytest.fixture
def hub(content: bytes) -> Iterator[Hub]:
    with serving(Hub(content)) as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


@pytest.fixture
def fetch(hub: Hub, folder: Path) -> Callable[..., Path]:
    def run(offer: Offer = OFFER, cancel: CancelToken | None = None) -> Path:
        return drain(
            download(
                offer, folder, install(), mirror=hub.url, cancel=cancel, pause_s=0.001, silence_s=2
            )
        )

    return run


def part(folder: Path) -> Path:
    return folder / "tiny.gguf.part"


def test_a_file_comes_whole_and_leaves_no_part(
    fetch: Callable[..., Path], folder: Path, content: bytes
) -> None:
    path = fetch()
    assert path.read_bytes() == content
    assert not part(folder).exists()
    assert not (folder / "tiny.gguf.part.json").exists()


def test_what_is_there_is_not_asked_for_again(fetch: Callable[..., Path], hub: Hub) -> None:
    fetch()
    asked = len(hub.requests)
    fetch()
    assert len(hub.requests) == asked


def test_progress_is_a_true_counter(hub: Hub, folder: Path, content: bytes) -> None:
    events = list(download(OFFER, folder, install(), mirror=hub.url))
    loading = [event for event in events if event.stage == "downloading" and event.total]
    counts = [event.done for event in loading]
    assert counts == sorted(counts)
    assert loading[-1] == Progress("downloading", len(content), len(content), "Tiny")
    assert events[-1].stage == "checking"


def test_dropped_connections_go_on_where_they_ended(
    fetch: Callable[..., Path], hub: Hub, content: bytes
) -> None:
    hub.cut_after = [1000, 2000, 300_000]
    assert fetch().read_bytes() == content
    ranges = [asked for asked in hub.ranges_asked if asked]
    assert "bytes=1000-" in ranges
    assert "bytes=3000-" in ranges
    assert "bytes=303000-" in ranges


def test_a_later_call_goes_on_with_the_part(
    fetch: Callable[..., Path], hub: Hub, folder: Path, content: bytes
) -> None:
    hub.cut_after = [5000] + [0] * 50
    with pytest.raises(DownloadError) as raised:
        fetch()
    assert raised.value.code == "download_interrupted"
    assert "kept" in raised.value.hint
    assert part(folder).stat().st_size == 5000
    hub.cut_after, hub.requests = [], []
    assert fetch().read_bytes() == content
    assert "bytes=5000-" in hub.ranges_asked


def test_a_server_without_ranges_sends_all_again(
    fetch: Callable[..., Path], hub: Hub, content: bytes
) -> None:
    hub.cut_after, hub.ranges = [1000], False
    assert fetch().read_bytes() == content


def test_a_file_that_changed_meanwhile_is_not_pieced_together(
    fetch: Callable[..., Path], hub: Hub, folder: Path, tmp_path: Path
) -> None:
    hub.cut_after = [5000] + [0] * 50
    with pytest.raises(DownloadError):
        fetch()
    hub.content = write_model(tmp_path / "new.gguf", name="New", rows=8000).read_bytes()
    hub.etag, hub.cut_after = '"two"', []
    assert fetch().read_bytes() == hub.content


def test_the_same_file_from_another_server_starts_again(
    fetch: Callable[..., Path], hub: Hub, content: bytes
) -> None:
    """If-Range with an unknown ETag gives the whole file."""
    hub.cut_after = [5000] + [0] * 50
    with pytest.raises(DownloadError):
        fetch()
    hub.etag, hub.cut_after = '"another"', []
    assert fetch().read_bytes() == content


def test_a_wrong_range_is_not_believed(
    fetch: Callable[..., Path], hub: Hub, content: bytes
) -> None:
    hub.cut_after, hub.wrong_range = [1000], True
    assert fetch().read_bytes() == content  # by starting again without a range


@pytest.mark.parametrize("lie", [-1000, 1000])
def test_a_lie_about_the_length_is_refused(
    fetch: Callable[..., Path], hub: Hub, folder: Path, content: bytes, lie: int
) -> None:
    hub.stated_length = len(content) + lie
    with pytest.raises(DownloadError) as raised:
        fetch()
    assert raised.value.code == "download_length"
    assert not (folder / "tiny.gguf").exists()


@pytest.mark.parametrize("lie", [-1000, 1000])
def test_a_lie_about_the_size_never_becomes_a_model(
    fetch: Callable[..., Path], hub: Hub, folder: Path, content: bytes, lie: int
) -> None:
    hub.size = len(content) + lie
    with pytest.raises(DownloadError):
        fetch()
    assert not (folder / "tiny.gguf").exists()


def test_corrupt_bytes_are_thrown_away(
    fetch: Callable[..., Path], hub: Hub, folder: Path, content: bytes
) -> None:
    hub.corrupt = True
    with pytest.raises(DownloadError) as raised:
        fetch()
    assert raised.value.code == "download_damaged"
    assert not part(folder).exists()
    assert not (folder / "tiny.gguf").exists()
    hub.corrupt = False
    assert fetch().read_bytes() == content


def test_a_checksum_that_differs_from_the_catalogue_is_refused_before_anything_comes(
    fetch: Callable[..., Path], hub: Hub
) -> None:
    with pytest.raises(DownloadError) as raised:
        fetch(replace(OFFER, sha256="0" * 64))
    assert raised.value.code == "download_changed"
    assert hub.ranges_asked == []


def test_what_cannot_be_checked_is_not_fetched(fetch: Callable[..., Path], hub: Hub) -> None:
    hub.metadata = False
    with pytest.raises(DownloadError) as raised:
        fetch()
    assert raised.value.code == "download_unverifiable"
    assert hub.ranges_asked == []


def test_the_catalogue_alone_can_vouch(
    fetch: Callable[..., Path], hub: Hub, content: bytes
) -> None:
    hub.metadata = False
    sha256 = hashlib.sha256(content).hexdigest()
    assert fetch(replace(OFFER, sha256=sha256, size_bytes=len(content))).is_file()


def test_a_checked_file_that_is_no_model_is_refused(
    fetch: Callable[..., Path], hub: Hub, folder: Path
) -> None:
    hub.content = b"PK\x03\x04" + bytes(5000)
    with pytest.raises(EngineError) as raised:
        fetch()
    assert raised.value.code == "not_a_model"
    assert list(folder.glob("tiny*")) == []


def test_a_busy_server_is_asked_again(fetch: Callable[..., Path], hub: Hub) -> None:
    hub.failures = 3
    assert fetch().is_file()


@pytest.mark.parametrize(("status", "words"), [(404, "no longer"), (401, "everyone"), (418, "418")])
def test_refusals_are_told(fetch: Callable[..., Path], hub: Hub, status: int, words: str) -> None:
    hub.status = status
    with pytest.raises(DownloadError, match=words):
        fetch()


def test_disk_space_is_asked_first(
    fetch: Callable[..., Path], hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1000))
    with pytest.raises(DiskFullError):
        fetch()
    assert hub.ranges_asked == []


def test_cancel_keeps_the_part_and_is_quick_while_the_server_is_silent(
    fetch: Callable[..., Path], hub: Hub, folder: Path, content: bytes
) -> None:
    hub.pause_after = 300_000
    cancel = CancelToken()
    asked_at = 0.0

    def stop_once_the_server_is_silent() -> None:
        nonlocal asked_at
        wait_for_bytes(part(folder), 300_000)
        asked_at = time.monotonic()
        cancel.cancel()

    watcher = threading.Thread(target=stop_once_the_server_is_silent)
    watcher.start()
    with pytest.raises(CancelledError):
        fetch(cancel=cancel)
    assert time.monotonic() - asked_at < SILENT_S / 2
    watcher.join()
    assert part(folder).stat().st_size == 300_000
    hub.pause_after = None
    assert fetch().read_bytes() == content
    assert any(asked for asked in hub.ranges_asked)


def test_two_windows_do_not_write_the_same_part(hub: Hub, folder: Path) -> None:
    first = download(OFFER, folder, install(), mirror=hub.url)
    next(first)
    with pytest.raises(DownloadError, match="another window"):
        drain(download(OFFER, folder, install(), mirror=hub.url))
    first.close()


def test_a_redirect_to_a_host_that_is_not_named_is_refused(
    fetch: Callable[..., Path], hub: Hub, folder: Path
) -> None:
    hub.redirect = "http://192.0.2.7/bytes"
    with pytest.raises(NetworkRefusedError, match=r"192\.0\.2\.7"):
        fetch()
    assert not (folder / "tiny.gguf").exists()


def test_the_door_is_open_for_the_download_only(hub: Hub, folder: Path) -> None:
    guard = NetworkGuard()
    policies = {guard.policy}
    for _ in download(OFFER, folder, guard, mirror=hub.url):
        policies.add(guard.policy)
    assert policies == {"off", "this download (Tiny)"}
    assert guard.policy == "off"
    assert guard.purposes == ["this download (Tiny)"]


def test_the_proxy_of_the_environment_is_used(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub on loopback stands in for the proxy, which is asked with the whole address."""
    monkeypatch.setenv("http_proxy", hub.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    hub.status = 404
    with pytest.raises(DownloadError, match="no longer"):
        drain(download(OFFER, folder, install(), mirror="http://mirror.example"))
    (request,) = hub.requests
    assert request[1] == "http://mirror.example/maker/tiny/resolve/main/tiny.gguf"


def test_names_with_folders_stay_inside(hub: Hub, folder: Path) -> None:
    work = download(replace(OFFER, file="../../evil.gguf"), folder, install(), mirror=hub.url)
    hub.status = 404
    with pytest.raises(DownloadError):
        drain(work)
    assert not (folder.parent.parent / "evil.gguf.part.json").exists()
    assert module.SPARE_BYTES > 0
