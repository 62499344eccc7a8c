"""The only outgoing HTTP: to addresses that clients have named, so to nobody's choice but theirs.

Whoever names an address wants us to knock at doors that only we can reach (SSRF), or to wait
there. So names are resolved once and the address that was checked is the one we connect to, no
redirect is followed, and everything together has `SECONDS`.
"""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

import httpcore

from app.security.guarded_network import FetchFailed, FetchPolicy, GuardedNetwork, make_resolvers

SECONDS = 3.5
USER_AGENT = "Sealwax"
PORTS = {"https": 443, "http": 80}
LOWEST_OTHER_PORT = 1024
FORM = "application/x-www-form-urlencoded"
#: Answers of a token endpoint that hold a document: tokens, or why there are none.
WITH_DOCUMENT = frozenset({200, 400, 401})
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Lane:
    """How many requests of a process may be under way to one host, and how long others wait."""

    name: str
    most: int
    #: Seconds; each waits in a thread that others could use.
    patience: float = 0
    #: Its own: names that no server answers for hold them long after our deadline.
    resolvers: threading.BoundedSemaphore = field(default_factory=make_resolvers, compare=False)


#: To addresses that clients have named.
OF_CLIENTS = Lane("clients", 4)
#: To providers that administrators have set up. Apart from the others: no client can stop people
#: from signing in with a big provider by naming addresses there. Of eight threads for pages, two
#: are left whatever the provider does.
OF_SIGN_INS = Lane("sign-ins", 6, patience=1.0)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whole."""

    status: int
    media_type: str
    body: bytes
    #: What the other side believes the time to be, as it writes it; empty when it does not say.
    date: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class _Request:
    """What is sent, and how much of which answers is read."""

    method: str
    headers: Mapping[str, str]
    content: bytes = b""
    longest: int | None = None
    read: frozenset[int] = frozenset({200})
    lane: Lane = OF_CLIENTS


def get(
    url: str,
    policy: FetchPolicy,
    *,
    longest: int,
    accept: str,
    headers: Mapping[str, str] = NO_HEADERS,
    lane: Lane = OF_CLIENTS,
) -> Fetched:
    """Fetch a document of at most `longest` bytes; only status 200 counts.

    Raises:
        FetchFailed: it may not be fetched, or was not, in time.
    """
    asked = _Request("GET", {"Accept": accept, **headers}, longest=longest, lane=lane)
    fetched = _send(url, policy, asked)
    if fetched.status != 200:
        raise FetchFailed(f"status_{fetched.status}")
    return fetched


def probe(url: str, policy: FetchPolicy) -> Fetched:
    """Ask for the head of a page; any status is an answer, and nothing more is read.

    Raises:
        FetchFailed: it may not be asked, or did not answer in time.
    """
    return _send(url, policy, _Request("HEAD", {}))


def post_form(url: str, fields: Mapping[str, str], policy: FetchPolicy) -> int:
    """Post a form and return the status; whatever else is answered is not read.

    Raises:
        FetchFailed: it may not be sent, or was not answered in time.
    """
    body = urlencode(dict(fields)).encode("ascii")
    return _send(url, policy, _Request("POST", {"Content-Type": FORM}, body)).status


def post_for_document(
    url: str, body: str, policy: FetchPolicy, *, longest: int, headers: Mapping[str, str]
) -> Fetched:
    """Post what a sign-in needs; return the answer, also of a refusal (RFC 6749 §5.2).

    Raises:
        FetchFailed: it may not be sent, or was not answered in time.
    """
    sent = {"Content-Type": FORM, "Accept": "application/json", **headers}
    content = body.encode("ascii")
    return _send(url, policy, _Request("POST", sent, content, longest, WITH_DOCUMENT, OF_SIGN_INS))


def _send(url: str, policy: FetchPolicy, asked: _Request) -> Fetched:
    target = _target(url, policy)
    network = GuardedNetwork(policy, monotonic() + SECONDS, asked.lane.resolvers)
    sent = {"Host": urlsplit(url).netloc, "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    sent |= {"Content-Length": str(len(asked.content))} if asked.method == "POST" else {}
    pairs = list({**sent, **asked.headers}.items())
    pool = httpcore.ConnectionPool(ssl_context=_context(policy.ca_file), network_backend=network)
    address = httpcore.URL(
        scheme=target.scheme, host=target.host, port=target.port, target=target.path
    )
    try:
        with (
            _one_of_few(target.host, asked.lane),
            pool,
            pool.stream(asked.method, address, headers=pairs, content=asked.content) as answer,
        ):
            return _read(answer, asked)
    except FetchFailed:
        raise
    except (httpcore.TimeoutException, TimeoutError):
        raise FetchFailed("too_slow") from None
    except (ssl.SSLError, httpcore.ConnectError, httpcore.NetworkError, OSError) as fault:
        raise FetchFailed(_kind_of(fault)) from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
        raise FetchFailed("no_http") from None


def _kind_of(fault: Exception) -> str:
    cause = fault.__cause__ or fault.__context__ or fault
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "certificate_refused"
    return "tls_failed" if isinstance(cause, ssl.SSLError) else "not_reachable"


def _target(url: str, policy: FetchPolicy) -> _Target:
    """Take an address apart, or refuse it for what it looks like."""
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").rstrip("."), split.port
    except ValueError:
        raise FetchFailed("no_address") from None
    if not url.isascii() or not url.isprintable() or not host or split.username is not None:
        raise FetchFailed("no_address")
    if split.scheme != "https" and not (split.scheme == "http" and host in policy.private_hosts):
        raise FetchFailed("not_https")
    port = port or PORTS[split.scheme]
    if port not in PORTS.values() and port < LOWEST_OTHER_PORT:  # mail servers and the like
        raise FetchFailed("port_refused")
    path = split.path or "/"
    return _Target(split.scheme, host, port, f"{path}?{split.query}" if split.query else path)


def _read(answer: httpcore.Response, asked: _Request) -> Fetched:
    """Read an answer as far as it is wanted; a packed one could grow without end."""
    headers = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
    media_type = headers.get(b"content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    if asked.longest is not None and answer.status in asked.read:
        if headers.get(b"content-encoding", "identity").lower() != "identity":
            raise FetchFailed("packed")
        for piece in answer.iter_stream():
            body += piece
            if len(body) > asked.longest:
                raise FetchFailed("too_long")
    return Fetched(answer.status, media_type, bytes(body), headers.get(b"date", ""))


@lru_cache(maxsize=4)
def _context(ca_file: str) -> ssl.SSLContext:
    """Return what TLS connections need; 1.3 is used by whoever speaks it."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Forward secret and authenticated, as RFC 9325 §4.2 recommends.
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


_under_way: Counter[tuple[str, str]] = Counter()
_counting = threading.Condition()


@contextmanager
def _one_of_few(host: str, lane: Lane) -> Iterator[None]:
    """Let few requests of this process wait for one host: a slow one must not take them all."""
    here = (lane.name, host)
    with _counting:
        if not _counting.wait_for(lambda: _under_way[here] < lane.most, lane.patience):
            raise FetchFailed("host_busy")
        _under_way[here] += 1
    try:
        yield
    finally:
        with _counting:
            _under_way[here] -= 1
            if not _under_way[here]:
                del _under_way[here]
            _counting.notify_all()
