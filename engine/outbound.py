"""HTTP through the one door: an httpx client that reaches the hosts of a permit and no others.

Names are looked up by the permit, and the connection goes to the address it found. Waiting for
bytes is done in short steps, so that a cancelled request ends at once, even when the other side
says nothing. Proxies are taken from the environment, as other programs do.
"""

import ssl
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from engine.network import Permit
from engine.progress import CancelToken

STEP_S = 0.1
CONNECT_S = 15.0


class _Stream(httpcore.NetworkStream):
    """A connection whose reads look at the cancel token."""

    def __init__(self, inner: httpcore.NetworkStream, cancel: CancelToken | None) -> None:
        self._inner = inner
        self._cancel = cancel

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = None if timeout is None else time.monotonic() + timeout
        while self._cancel is not None and not self._pending():
            self._cancel.check()
            try:
                return self._inner.read(max_bytes, STEP_S)
            except httpcore.ReadTimeout:
                if until is not None and time.monotonic() >= until:
                    raise
        return self._inner.read(max_bytes, timeout)

    def _pending(self) -> bool:
        """Whether decrypted bytes wait already."""
        held = self._inner.get_extra_info("ssl_object")
        return held is not None and held.pending() > 0

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._cancel is not None:
            self._cancel.check()
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._cancel)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects to what the permit has looked up."""

    def __init__(self, permit: Permit, cancel: CancelToken | None) -> None:
        self._permit = permit
        self._cancel = cancel
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if self._cancel is not None:
            self._cancel.check()
        try:
            addresses = self._permit.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known: {error}") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                inner = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(inner, self._cancel)
        raise failure


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class _Transport(httpx.BaseTransport):
    """httpx on httpcore with the backend above; httpx's own transport has no place for one."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        with _translated():
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme,
                        host=url.raw_host,
                        port=url.port,
                        target=url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        assert isinstance(response.stream, Iterable)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of httpcore as those of httpx, which the callers know."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(str(error) or "no answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
        raise httpx.TransportError(str(error) or type(error).__name__) from error
    except httpcore.UnsupportedProtocol as error:
        raise httpx.UnsupportedProtocol(str(error)) from error


def client(
    permit: Permit,
    url: str,
    *,
    cancel: CancelToken | None = None,
    timeout_s: float = 30.0,
    headers: dict[str, str] | None = None,
) -> httpx.Client:
    """A client for the host of this address and whatever else the permit names.

    ``timeout_s`` is the longest silence while reading. Redirects are not followed.
    """
    backend = _Backend(permit, cancel)
    context = httpx.create_ssl_context()
    proxy = proxy_for(url)
    pool: httpcore.ConnectionPool
    if proxy is None:
        pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=4, network_backend=backend
        )
    else:
        permit.allow(proxy.host)
        credentials = (proxy.username.encode(), proxy.password.encode())
        pool = httpcore.HTTPProxy(
            proxy_url=str(proxy.copy_with(username=None, password=None)),
            proxy_auth=credentials if proxy.username else None,
            ssl_context=context,
            max_connections=4,
            network_backend=backend,
        )
    return httpx.Client(
        transport=_Transport(pool),
        timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
        follow_redirects=False,
        headers={"user-agent": "alcove", **(headers or {})},
    )


def proxy_for(url: str) -> httpx.URL | None:
    """The proxy that the environment names for an address (``HTTPS_PROXY``, ``NO_PROXY``)."""
    address = httpx.URL(url)
    if urllib.request.proxy_bypass(address.host):
        return None
    named = urllib.request.getproxies()
    proxy = named.get(address.scheme) or named.get("all")
    if not proxy:
        return None
    return httpx.URL(proxy if "://" in proxy else f"http://{proxy}")
