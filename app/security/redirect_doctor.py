"""Why a redirect URI is none of the registered ones: compared part by part, sign by sign.

Matching stays exact (RFC 9700 §4.1.3); this only explains. Strangers make it run, so it takes
time in proportion to the addresses: no distances between texts, only common heads and tails.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote

from app.security.uris import LOOPBACK_NAMES
from app.words import N_

#: A text in pieces, each with whether it differs from the other one.
Marks = list[tuple[str, bool]]

SPLIT = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:)?"
    r"(?P<host>//(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^:/?#]*))?"
    r"(?P<port>:[0-9]*)?"
    r"(?P<path>[^?#]*)"
    r"(?P<query>\?[^#]*)?"
    r"(?P<fragment>#.*)?\Z",
    re.DOTALL,
)
PARTS = ("scheme", "host", "port", "path", "query", "fragment")
#: How much each part says about which address was meant.
WEIGHTS = {"scheme": 1, "host": 6, "port": 1, "path": 4, "query": 1, "fragment": 0}
DEFAULT_PORTS = {"https:": ":443", "http:": ":80"}
ENCODED_START = re.compile(r"[a-z]+%3a", re.IGNORECASE)
#: A nearest address that has less than this in common was not meant.
ALIKE = 0.5
SPACE = "\N{OPEN BOX}"
#: A cause that is not worth saying beside another one.
SAID_BETTER = (("host", "user_info"), ("host", "not_ascii"), ("path", "wildcard"))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The likely causes, the likeliest first, and the nearest registered address beside it."""

    causes: tuple[str, ...]
    nearest: str = ""
    sent_marks: tuple[tuple[str, bool], ...] = ()
    nearest_marks: tuple[tuple[str, bool], ...] = ()


def diagnose(sent: str, registered: Collection[str]) -> Diagnosis:
    """Return why `sent` is none of these; everybody who sees it may see what is registered."""
    own = by_itself(sent)
    if not registered:
        return Diagnosis((*own, "none_registered"))
    nearest, score = _nearest(sent, registered)
    ours, theirs = _split(sent), _split(nearest)
    pairs = [_marks(ours[part], theirs[part]) for part in PARTS]
    before, after = _around(sent)
    return Diagnosis(
        _likeliest(own, _differences(ours, theirs) if score >= ALIKE else ["unregistered"]),
        nearest,
        (*before, *(mark for mine, _ in pairs for mark in mine), *after),
        tuple(mark for _, other in pairs for mark in other),
    )


def _likeliest(own: tuple[str, ...], differences: list[str]) -> tuple[str, ...]:
    """Return the causes once each, without those that another one says better."""
    found = list(dict.fromkeys((*own, *differences)))
    if "proxy_http" in found:  # it says more than that http is unsafe
        found.remove("proxy_http")
        found.insert(0, "proxy_http")
    if own and "unregistered" in found:
        found.remove("unregistered")
    for told, better in SAID_BETTER:
        if told in found and better in found:
            found.remove(told)
    return tuple(found)


def _around(sent: str) -> tuple[Marks, Marks]:
    """Return what is invisible before and after an address, made visible."""
    before = len(sent) - len(sent.lstrip())
    after = len(sent.strip()) and len(sent) - len(sent.rstrip())
    return [(SPACE * before, True)] * bool(before), [(SPACE * after, True)] * bool(after)


def by_itself(sent: str) -> tuple[str, ...]:
    """Return what is wrong with an address whatever is registered: strangers may see this."""
    parts = _split(sent)
    host = parts["host"].removeprefix("//")
    unsafe = parts["scheme"].lower() == "http:" and host not in LOOPBACK_NAMES | {"[::1]"}
    found = (
        ("whitespace", any(sign.isspace() or not sign.isprintable() for sign in sent)),
        ("encoded_twice", ENCODED_START.match(sent) is not None),
        ("wildcard", "*" in sent),
        ("fragment", bool(parts["fragment"])),
        ("user_info", "@" in host),
        ("not_absolute", not parts["scheme"] and not ENCODED_START.match(sent)),
        ("insecure", unsafe),
        ("not_ascii", not sent.isascii()),
    )
    return tuple(cause for cause, holds in found if holds)


def _split(address: str) -> dict[str, str]:
    found = SPLIT.match(address.strip())
    return {part: (found[part] or "") if found else "" for part in PARTS}


def _nearest(sent: str, registered: Collection[str]) -> tuple[str, float]:
    ours = _split(sent)
    scored = ((_likeness(ours, _split(uri)), uri) for uri in registered)
    score, nearest = max(scored, key=lambda pair: pair[0])
    return nearest, score


def _likeness(ours: dict[str, str], theirs: dict[str, str]) -> float:
    return sum(WEIGHTS[part] * _alike(part, ours[part], theirs[part]) for part in PARTS) / sum(
        WEIGHTS.values()
    )


def _alike(part: str, one: str, other: str) -> float:
    one, other = unquote(one).casefold(), unquote(other).casefold()
    if part == "host" and {one[2:].strip("[]"), other[2:].strip("[]")} <= LOOPBACK_NAMES:
        return 1.0
    if one == other:
        return 1.0
    head, tail = _common(one, other)
    alike = (head + tail) / max(len(one), len(other))
    # Of hosts, the end counts: photos.example and evil.example are as alike as two strangers.
    return alike if part != "host" or one.endswith((other[2:], f".{other[2:]}")) else alike / 2


def _common(one: str, other: str) -> tuple[int, int]:
    """Return how many signs two texts share at the beginning, and how many more at the end."""
    most = min(len(one), len(other))
    head = next((at for at in range(most) if one[at] != other[at]), most)
    rest = most - head
    tail = next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
    return head, tail


def _marks(one: str, other: str) -> tuple[Marks, Marks]:
    head, tail = _common(one, other)
    return _pieces(one, head, tail), _pieces(other, head, tail)


def _pieces(text: str, head: int, tail: int) -> Marks:
    end = len(text) - tail
    pieces = [(text[:head], False), (text[head:end], True), (text[end:], False)]
    return [(piece, differs) for piece, differs in pieces if piece]


def _differences(ours: dict[str, str], theirs: dict[str, str]) -> list[str]:
    judges = {
        "scheme": _of_scheme,
        "host": _of_host,
        "port": _of_port,
        "path": _of_path,
        "query": _of_query,
        "fragment": lambda *_: "fragment",
    }
    return [judges[part](ours, theirs) for part in PARTS if ours[part] != theirs[part]]


def _of_scheme(ours: dict[str, str], theirs: dict[str, str]) -> str:
    if ours["scheme"].lower() == theirs["scheme"].lower():
        return "case"
    secure = {ours["scheme"].lower(), theirs["scheme"].lower()} == {"http:", "https:"}
    downgraded = secure and ours["scheme"].lower() == "http:"
    return "proxy_http" if downgraded else "scheme"


def _of_host(ours: dict[str, str], theirs: dict[str, str]) -> str:
    mine, other = ours["host"][2:].lower(), theirs["host"][2:].lower()
    if mine == other:
        return "case"
    if {mine.strip("[]"), other.strip("[]")} <= LOOPBACK_NAMES:
        return "loopback_name"
    return "www" if mine.removeprefix("www.") == other.removeprefix("www.") else "host"


def _of_port(ours: dict[str, str], theirs: dict[str, str]) -> str:
    usual = DEFAULT_PORTS.get(ours["scheme"].lower())
    same = (ours["port"] or usual) == (theirs["port"] or usual)
    return "default_port" if same else "port"


def _of_path(ours: dict[str, str], theirs: dict[str, str]) -> str:
    mine, other = ours["path"], theirs["path"]
    if mine.rstrip("/") == other.rstrip("/"):
        return "trailing_slash"
    if mine.casefold() == other.casefold():
        return "case"
    if unquote(mine) == unquote(other) or unquote(unquote(mine)) == other:
        return "percent_encoding"
    return "path"


def _of_query(ours: dict[str, str], theirs: dict[str, str]) -> str:
    same = unquote(ours["query"]) == unquote(theirs["query"])
    return "percent_encoding" if same else "query"


#: What an address says of itself, whatever is registered.
BY_ITSELF = frozenset(
    {
        "whitespace",
        "encoded_twice",
        "wildcard",
        "fragment",
        "user_info",
        "not_absolute",
        "insecure",
        "not_ascii",
    }
)
#: Every cause there is, in the order of the documentation, with what it means and what helps.
CAUSES: dict[str, str] = {
    "proxy_http": N_(
        "It begins with http, the registered one with https. Mostly a proxy ends TLS and the "
        "application does not know: let it trust X-Forwarded-Proto, or set its public "
        "address."
    ),
    "scheme": N_("The scheme differs: what stands before the first colon."),
    "insecure": N_(
        "It begins with http. Only localhost and 127.0.0.1 may; if the site itself is https, "
        "the application stands behind a proxy and does not know."
    ),
    "host": N_("The host differs: another environment, or another name of the same server."),
    "www": N_("One host begins with www. and the other does not."),
    "loopback_name": N_(
        "localhost, 127.0.0.1 and [::1] are different addresses, though they lead to the same "
        "machine."
    ),
    "port": N_("The port differs."),
    "default_port": N_("One names the usual port and the other leaves it out."),
    "path": N_("The path differs."),
    "trailing_slash": N_("They differ by a slash at the end."),
    "case": N_("They differ in capital and small letters."),
    "percent_encoding": N_("They differ in how characters are percent-encoded."),
    "encoded_twice": N_("It was percent-encoded twice: encode each parameter once."),
    "query": N_(
        "The part after the question mark differs: every parameter of it is compared, too."
    ),
    "fragment": N_("It has a part after #, which never belongs to a redirect address."),
    "wildcard": N_("It holds a star. Nothing is a pattern here: every address is written out."),
    "whitespace": N_("It holds a space, a line end or another invisible character."),
    "user_info": N_("It holds a user name before an @."),
    "not_absolute": N_(
        "It is no whole address: it has to begin with https:// or a scheme of its own."
    ),
    "not_ascii": N_(
        "It holds letters beyond ASCII: write the host in its xn-- form, and percent-encode "
        "the rest."
    ),
    "other_client": N_(
        "It is registered for another application: the client_id or the address is that of "
        "another one."
    ),
    "none_registered": N_("No address is registered for this application at all."),
    "unregistered": N_("It resembles none of the registered addresses."),
}
