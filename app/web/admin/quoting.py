"""How a value is written in each language of the snippets, so that it stays a value there.

Addresses come from whoever may edit an application and hold quotes, `$(…)` and more; administrators
paste what they are shown into a shell. So a snippet never quotes for itself: it is given values
that are quoted already (CWE-94).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping

Quote = Callable[[str], str]
#: What an INI file holds as it stands; `#` and `;` begin comments, `$` and `%` are replaced.
PLAIN = re.compile(r"[\w@+=:,./ ?&~-]*\Z", re.ASCII)


def in_double_quotes(text: str) -> str:
    """Quote for Python, JavaScript, Go, YAML and TOML: what JSON may hold, all of them read alike.

    Signs that are not seen are spelled out: none may turn the direction of what follows.
    """
    return "".join(sign if _is_seen(sign) else _spelled(sign) for sign in _json(text))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_seen(sign: str) -> bool:
    return sign.isprintable() and ord(sign) <= 0xFFFF


def _spelled(sign: str) -> str:
    # Beyond the first 65,536 the languages spell differently; a name can do without.
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else ""


def for_shell(text: str) -> str:
    """Quote for a POSIX shell, and for an .env file that a shell may read."""
    return shlex.quote(text)


def for_ini(text: str) -> str:
    """Quote for Grafana's INI, where three quotation marks keep what is between them.

    Grafana replaces `$__env{…}`, `${…}` and `$NAME` wherever they stand: a `$` cannot be kept.
    """
    text = " ".join(text.replace('"""', "").replace("$", "").split())
    return text if PLAIN.match(text) else f'"""{text}"""'


def for_apache(text: str) -> str:
    r"""Quote for Apache: `\` and `"` are escaped."""
    escaped = _without_lookup(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def for_spring(text: str) -> str:
    """Quote for the YAML that Spring reads."""
    return in_double_quotes(_without_lookup(text))


def _without_lookup(text: str) -> str:
    """Take the `${…}` out that is replaced, also within quotes, by what the environment holds.

    In an address the brace may as well be encoded.
    """
    return text.replace("${", "$%7B")


QUOTES: Mapping[str, Quote] = {
    "apache": for_apache,
    "go": in_double_quotes,
    "ini": for_ini,
    "javascript": in_double_quotes,
    "python": in_double_quotes,
    "shell": for_shell,
    "spring": for_spring,
    "toml": in_double_quotes,
}
