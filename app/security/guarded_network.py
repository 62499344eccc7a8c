"""Connections to strangers: to addresses of the internet alone, and none beyond its deadline.

A name is resolved once, and the address that was checked is the one connected to: a second answer
of the name server would lead somewhere else (DNS rebinding).
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

import httpcore

MOST_RESOLUTIONS = 16
#: Where IPv6 addresses of the internet begin; and what carries an IPv4 address inside.
GLOBAL_V6 = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")


class FetchFailed(Exception):
    """There was no usable answer; `reason` is a word for logs and pages, never what came back."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What an operator allows: hosts that may be private, authorities to trust as well."""

    private_hosts: frozenset[str] = frozenset()
    ca_file: str = ""


class GuardedNetwork(httpcore.NetworkBackend):
    """Connect to addresses that may be reached, and to none once the time is over."""

    def __init__(
        self, policy: FetchPolicy, end: float, resolvers: threading.BoundedSemaphore
    ) -> None:
        """Connect by a point of the monotonic clock; `resolvers` are those who look up names."""
        self._policy = policy
        self._end = end
        self._resolvers = resolvers
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (one deadline holds for everything)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; all of them must be allowed."""
        addresses = _resolve(host, port, self._end, self._resolvers)
        if host.lower() not in self._policy.private_hosts:
            refused = [one for one in addresses if not is_public(one)]
            if refused:  # also when others are fine: that is how rebinding looks
                raise FetchFailed("private_address")
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return self._connect(addresses[-1], port, local_address, socket_options)

    def _connect(self, address: str, port: int, local: str | None, options: Any) -> _TimedStream:
        left = _left(self._end)
        return _TimedStream(
            self._sockets.connect_tcp(address, port, left, local, options), self._end
        )


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every act ends by the one deadline: drops that trickle in gain nothing."""

    def __init__(self, inside: httpcore.NetworkStream, end: float) -> None:
        self._inside = inside
        self._end = end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 (see above)
        """Read what is there."""
        return self._inside.read(max_bytes, _left(self._end))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 (see above)
        """Write everything."""
        self._inside.write(buffer, _left(self._end))

    def close(self) -> None:
        """Close the connection."""
        self._inside.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 (see above)
    ) -> httpcore.NetworkStream:
        """Shake hands under the name that was asked for, whatever its address."""
        inside = self._inside.start_tls(ssl_context, server_hostname, _left(self._end))
        return _TimedStream(inside, self._end)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore wants to know of the connection."""
        return self._inside.get_extra_info(info)


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise FetchFailed("too_slow")
    return left


def make_resolvers() -> threading.BoundedSemaphore:
    """Return room for some who look up names: one is taken for as long as the system looks."""
    return threading.BoundedSemaphore(MOST_RESOLUTIONS)


def _resolve(host: str, port: int, end: float, resolvers: threading.BoundedSemaphore) -> list[str]:
    """Return the addresses of a host; the system's resolver has no deadline, so it gets ours."""
    if not resolvers.acquire(timeout=_left(end)):
        raise FetchFailed("too_slow")
    found: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def look() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        except (OSError, UnicodeError) as fault:
            found.put(fault)
        finally:
            resolvers.release()

    threading.Thread(target=look, name="resolver", daemon=True).start()
    try:
        answer = found.get(timeout=_left(end))
    except Empty:
        raise FetchFailed("too_slow") from None
    if not isinstance(answer, list) or not answer:
        raise FetchFailed("unknown_host")
    return answer


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the internet, also one that is wrapped in another."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        inside = _wrapped(parsed)
        if inside is not None:
            return is_public(str(inside))
        if parsed not in GLOBAL_V6:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to: mapped, 6to4, Teredo or NAT64."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
