"""Addresses: which redirect URIs match, which may be registered, where a return may go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

LONGEST_URI = 2_000
LOOPBACK_LITERALS = frozenset({"127.0.0.1", "::1"})
LOOPBACK_NAMES = LOOPBACK_LITERALS | {"localhost"}
FORBIDDEN_SCHEMES = frozenset(
    {"javascript", "data", "vbscript", "blob", "file", "about", "ftp", "ws", "wss", "mailto"}
)
#: Parameters an authorization response carries; a registered URI must not bring its own.
RESPONSE_PARAMETERS = frozenset(
    {"code", "state", "iss", "error", "error_description", "error_uri", "id_token", "response"}
    | {"access_token", "token_type", "expires_in", "scope", "session_state"}
)


def matches(presented: str, registered: Iterable[str], *, native: bool) -> bool:
    """Tell whether a presented redirect URI is one of the registered, byte for byte.

    Only the port may differ, only for the loopback addresses of native clients (RFC 8252 §7.3).
    """
    return matching(presented, registered, native=native) is not None


def matching(presented: str, registered: Iterable[str], *, native: bool) -> str | None:
    """Return the registered URI that a presented one matches, see `matches`."""
    return next(
        (
            uri
            for uri in registered
            if presented == uri or (native and presented == _with_port_of(presented, uri))
        ),
        None,
    )


def _with_port_of(presented: str, registered: str) -> str | None:
    """Return the registered loopback URI with the presented port; None when it is no loopback."""
    parts = _parts(registered)
    if parts is None or parts["scheme"] != "http" or parts["host"] not in LOOPBACK_LITERALS:
        return None
    given = _parts(presented)
    if given is None or given["port"] is None:
        return None
    host = f"[{parts['host']}]" if ":" in str(parts["host"]) else parts["host"]
    rest = registered.split("/", 3)[3:] or None
    return f"http://{host}:{given['port']}" + (f"/{rest[0]}" if rest else "")


def _parts(uri: str) -> Mapping[str, str | int | None] | None:
    try:
        split = urlsplit(uri)
        return {"scheme": split.scheme, "host": split.hostname, "port": split.port}
    except ValueError:
        return None


def redirect_fault(uri: str, *, native: bool) -> str | None:
    """Return why the URI may not be registered for redirects, in words, or None when it may."""
    return _shape_fault(uri) or _scheme_fault(uri, native=native) or _response_fault(uri)


def _shape_fault(uri: str) -> str | None:
    if not uri or len(uri) > LONGEST_URI:
        return f"An address has between 1 and {LONGEST_URI} characters."
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return "Use plain ASCII without spaces or backslashes; write other characters as %XX."
    if "#" in uri:
        return "Leave out the part after #: it never reaches the application's server."
    if "*" in uri:
        return "Write every address out in full: a * is not a wildcard here."
    return None if _parts(uri) is not None else "This is not an address."


def _scheme_fault(uri: str, *, native: bool) -> str | None:
    split = urlsplit(uri)
    if split.scheme == "https":
        return _host_fault(uri)
    if split.scheme == "http":
        if split.hostname in LOOPBACK_NAMES:
            return _user_fault(uri)
        return "Use https; plain http works only for localhost and 127.0.0.1."
    if split.scheme in FORBIDDEN_SCHEMES or not split.scheme:
        return "Start the address with https://."
    if native and "." in split.scheme:  # RFC 8252 §7.1: a reversed domain name
        return None
    return "A custom scheme needs a dot, such as com.example.app, and a mobile or desktop app."


def _host_fault(uri: str) -> str | None:
    host = urlsplit(uri).hostname
    if not host:
        return "The address has no host."
    if "." not in host and ":" not in host and host not in LOOPBACK_NAMES:
        return "Use the full host name, with its domain."
    return _user_fault(uri)


def _user_fault(uri: str) -> str | None:
    return "Leave out the user name before @." if "@" in urlsplit(uri).netloc else None


def _response_fault(uri: str) -> str | None:
    names = {name for name, _ in parse_qsl(urlsplit(uri).query, keep_blank_values=True)}
    taken = sorted(names & RESPONSE_PARAMETERS)  # CVE-2026-9689: a fixed `code` would be believed
    return f"Leave out the parameter {taken[0]}: the answer brings its own." if taken else None


def web_fault(uri: str) -> str | None:
    """Return why the URI may not be shown as a link of a client, or None when it may."""
    return _shape_fault(uri) or (
        None if urlsplit(uri).scheme == "https" and urlsplit(uri).hostname else "Use https."
    )


def with_parameters(uri: str, parameters: Mapping[str, str], *, fragment: bool = False) -> str:
    """Append response parameters to a redirect URI; what it already holds stays as it is."""
    encoded = urlencode(parameters, quote_via=quote, safe="")
    if fragment:
        return f"{uri}#{encoded}"
    if "?" not in uri:
        return f"{uri}?{encoded}"
    return f"{uri}{encoded}" if uri.endswith(("?", "&")) else f"{uri}&{encoded}"


def host_of(uri: str) -> str:
    """Return what people see as the destination: the host, or the scheme of an app link."""
    split = urlsplit(uri)
    return split.netloc.rpartition("@")[2] or f"{split.scheme}:"


def origin_of(uri: str) -> str:
    """Return scheme, host and port of a web address, as a browser writes an Origin."""
    split = urlsplit(uri)
    return f"{split.scheme}://{split.netloc.lower()}"


def is_loopback(uri: str) -> bool:
    """Tell whether the address is on the person's own machine."""
    return urlsplit(uri).hostname in LOOPBACK_NAMES


def without_port(address: str) -> str:
    """Return a network address without the port that some proxies write behind it."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
