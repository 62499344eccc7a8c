"""Requests of a test run to take along: as curl, HTTP and Python, and the whole run as a report.

Nothing secret stands in either: the application's own secret, codes and tokens are names of
variables, and of a person a report tells nothing.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from app.models import Client
from app.oidc.bench_exchange import HIDDEN, Exchange, address
from app.settings import settings
from app.web.admin.quoting import for_shell, in_double_quotes

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BY_ASSERTION = frozenset({"private_key_jwt", "client_secret_jwt"})
FORM = "application/x-www-form-urlencoded"
#: Requests that are written out: the others are sent in the same ways, and pages stay light.
SHOWN = frozenset({"redeem", "own", "userinfo"})
#: Of what comes back, the members whose values are in a report.
TOLD = frozenset({"active", "error", "error_description", "expires_in", "iss", "kid", "token_type"})
#: Of what is sent, the members that may name somebody.
PERSONAL = frozenset({"login_hint", "claims"})


def ways(done: Exchange, client: Client) -> list[dict[str, str]]:
    """Return how a program sends this request: `name`, `text`; nothing outside of SHOWN."""
    if done.step not in SHOWN:
        return []
    form = _form(done, client)
    is_basic = client.setting("token_endpoint_auth_method") == "client_secret_basic"
    basic = client.client_id if done.method == "POST" and is_basic else ""
    made = (("curl", _curl), ("HTTP", _http), ("Python", _python))
    return [{"name": name, "text": make(done, form, basic)} for name, make in made]


def _form(done: Exchange, client: Client) -> list[tuple[str, str]]:
    """Return the body, with what proves the application where the header does not."""
    if done.method != "POST":
        return []
    method = str(client.setting("token_endpoint_auth_method"))
    own = {"client_id": client.client_id}
    if method == "client_secret_basic":
        own = {}
    elif method == "client_secret_post":
        own |= {"client_secret": HIDDEN}
    elif method in BY_ASSERTION:
        own = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": HIDDEN}
    return [*done.sent, *own.items()]


def _curl(done: Exchange, form: list[tuple[str, str]], basic: str) -> str:
    lines = [f"curl {for_shell(address(done.path))}"]
    if basic:
        lines.append(f'-u {for_shell(basic)}:"$CLIENT_SECRET"')
    if done.method != "POST":
        lines.append('-H "Authorization: Bearer $ACCESS_TOKEN"')
    for name, value in form:
        pair = for_shell(f"{name}={value}") if value != HIDDEN else f'"{name}=${name.upper()}"'
        lines.append(f"--data-urlencode {pair}")
    return " \\\n  ".join(lines)


def _http(done: Exchange, form: list[tuple[str, str]], basic: str) -> str:
    host = urlsplit(settings.issuer).netloc
    lines = [f"{done.method} {urlsplit(address(done.path)).path} HTTP/1.1", f"Host: {host}"]
    if done.method != "POST":
        return "\n".join([*lines, f"Authorization: Bearer {HIDDEN}"])
    if basic:
        lines.append(f"Authorization: Basic {HIDDEN}")
    return "\n".join([*lines, f"Content-Type: {FORM}", "", urlencode(form, safe=HIDDEN)])


def _python(done: Exchange, form: list[tuple[str, str]], basic: str) -> str:
    quoted = in_double_quotes
    lines = ["import os", "", "import requests", ""]
    lines += [f"answer = requests.{done.method.lower()}(", f"    {quoted(address(done.path))},"]
    if basic:
        lines.append(f'    auth=({quoted(basic)}, os.environ["CLIENT_SECRET"]),')
    if done.method == "POST":
        lines.append("    data={")
        for name, value in form:
            told = quoted(value) if value != HIDDEN else f'os.environ["{name.upper()}"]'
            lines.append(f"        {quoted(name)}: {told},")
        lines.append("    },")
    else:
        lines.append('    headers={"Authorization": "Bearer " + os.environ["ACCESS_TOKEN"]},')
    lines += ["    timeout=10,", ")", "print(answer.status_code, answer.text)"]
    return "\n".join(lines)


def report(exchanges: list[Exchange], client: Client) -> str:
    """Return the run as text for whoever mends the application: codes, no values of anybody."""
    lines = [f"Provider: {settings.issuer}", f"Client: {client.client_id}"]
    for number, done in enumerate(exchanges, 1):
        lines += ["", f"{number}. {done.method} {address(done.path)} ({done.step})"]
        lines += [f"   > {name}: {_told(name, value)}" for name, value in done.sent]
        lines.append(f"   < {done.status}, {done.milliseconds} ms")
        lines += [
            f"   < {name}: {value if name in TOLD else HIDDEN}" for name, value in done.received
        ]
        lines += [f"   {seen.kind}: {' '.join(map(str, seen.claims))}" for seen in done.tokens]
        lines += [f"   page: {reason}" for reason in done.pages]
        judged = [*done.findings, *(found for found in done.lint if not found.ok)]
        lines += [f"   {'ok' if found.ok else 'FAILED'}: {found.code}" for found in judged]
        lines += [f"   REFUSED: {done.refusal}"] if done.refusal else []
    return "\n".join(_plain(line) for line in lines)


def _told(name: str, value: str) -> str:
    return HIDDEN if name in PERSONAL else value


def _plain(line: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in line)
