"""Every snippet is read by a parser of its format, and says what it was given, whatever that is.

The values are the worst that an address and a name may be: what they hold must not become code
(CWE-94: administrators paste a snippet with addresses that an owner has written).
"""

from __future__ import annotations

import ast
import configparser
import json
import shlex
import subprocess
import tomllib
from shutil import which

import pytest
import yaml

from app.web.admin import filled, stacks
from tests.gallery.snippet_states import registered
from tests.snippets.parts import files_of
from tests.snippets.registries import with_program

pytestmark = pytest.mark.one_engine

NASTY = "https://app.example/cb?a='b'&c=\"d\"&e=$(touch${IFS}pwned)&f=`touch${IFS}pwned`&g=;h"
PROVIDER = 'Jane\'s "ID" $(touch pwned) #1; ${HOME} \N{RIGHT-TO-LEFT OVERRIDE}'
SECRET = "swx_cs_'q\"u$a`s"
#: The two formats that look into `${…}` also within quotes get it with an encoded brace.
ENCODED = NASTY.replace("${", "$%7B")
EVERY = {each.name: each for _, group in stacks.GROUPS for each in group}


@pytest.fixture
def text(make_app, monkeypatch):
    """Return a function that fills a snippet in."""
    app = make_app(service_name=PROVIDER)

    def made(name, kind="web", secret=SECRET, **members):
        client = registered(kind, **{"redirect_uris": [NASTY], **members})
        with app.test_request_context("/"):
            return filled.text(client, EVERY[name], secret)

    return made


def test_every_stack_has_a_snippet(text):
    for name, stack in EVERY.items():
        kind = stack.kinds[0]
        members = {"redirect_uris": []} if kind == "machine" else {}
        client = registered(kind, **members)
        assert client.client_id in text(name, kind) if kind != "machine" else True


@pytest.mark.parametrize("name", ["flask", "fastapi", "django"])
def test_python_is_python(text, name):
    trees = [ast.parse(part) for part in files_of(text(name)).values()]

    values = {
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)
    }
    assert {SECRET, "openid profile email"} <= values
    assert name == "django" or NASTY in values


@pytest.mark.parametrize(
    ("name", "ending"),
    [("node", ".mjs"), ("express", ".cjs"), ("nextjs", ".mjs"), ("browser", ".mjs")],
)
@with_program("node")
def test_javascript_is_javascript(text, tmp_path, name, ending):
    kind = "spa" if name == "browser" else "web"
    written = text(name, kind)

    for number, part in enumerate(files_of(written).values()):
        path = tmp_path / f"{number}{ending}"
        path.write_text(part, encoding="utf-8")
        subprocess.run([which("node"), "--check", str(path)], check=True, timeout=20)  # noqa: S603 (our own)
    assert kind == "spa" or json.dumps(SECRET) in written
    assert name in {"express", "nextjs"} or json.dumps(NASTY) in written


@with_program("gofmt")
def test_go_is_go(text, tmp_path):
    path = tmp_path / "main.go"
    path.write_text(text("go"), encoding="utf-8")

    found = subprocess.run(  # noqa: S603 (our own)
        [which("gofmt"), "-l", "-e", str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )

    assert found.stdout == "", "it is not formatted as gofmt would"
    assert json.dumps(NASTY) in path.read_text(encoding="utf-8")


def test_spring_reads_yaml(text):
    """docs.spring.io/spring-boot/reference/security/oauth2.html, and OAuth2ClientProperties."""
    told = yaml.safe_load(text("spring"))["spring"]["security"]["oauth2"]["client"]

    registration, provider = told["registration"]["sealwax"], told["provider"]["sealwax"]
    assert registration == {
        "client-id": "8Qp4kzT1WcXa",
        "client-secret": SECRET,
        "client-name": PROVIDER.replace("${", "$%7B"),
        "client-authentication-method": "client_secret_basic",
        "authorization-grant-type": "authorization_code",
        "redirect-uri": "https://app.example/login/oauth2/code/sealwax",
        "scope": ["openid", "profile", "email"],
    }
    assert set(provider) == {"issuer-uri", "user-name-attribute"}


def test_oauth2_proxy_reads_toml(text):
    """oauth2-proxy.github.io/oauth2-proxy/configuration/overview."""
    told = tomllib.loads(text("oauth2_proxy"))

    assert told["provider_display_name"] == PROVIDER
    assert told["client_secret"] == SECRET
    assert told["redirect_url"] == "https://app.example/oauth2/callback"
    # AES wants 16, 24 or 32 bytes, written as base64 for addresses.
    assert len(told["cookie_secret"]) == 22
    assert set(told) == {
        *("provider", "provider_display_name", "oidc_issuer_url", "client_id", "client_secret"),
        *("redirect_url", "scope", "code_challenge_method", "cookie_secret", "email_domains"),
        *("http_address", "upstreams"),
    }


def test_oauth2_proxy_answers_by_http_where_that_is_registered(text):
    told = tomllib.loads(text("oauth2_proxy", redirect_uris=["http://localhost:5001/callback"]))

    assert told["redirect_url"] == "http://localhost:5001/oauth2/callback"
    assert told["http_address"] == "127.0.0.1:5001"
    assert told["cookie_secure"] is False, "browsers would not send it back"


def test_grafana_reads_ini(text):
    """Only read: no package registry holds Grafana.

    grafana.com/docs/grafana/latest/…/configure-authentication/generic-oauth.
    """
    read = configparser.ConfigParser(interpolation=None)
    read.read_string(text("grafana", secret="swx_cs_plain"))

    told = dict(read["auth.generic_oauth"])
    assert read["server"] == {"root_url": "https://app.example/"}
    assert told["client_secret"] == "swx_cs_plain"
    assert told["name"].startswith('"""')
    assert told["name"].endswith('"""')
    assert "$" not in told["name"], "Grafana replaces what begins with it"
    assert set(told) == {
        *("enabled", "name", "allow_sign_up", "client_id", "client_secret", "scopes"),
        *("auth_url", "token_url", "api_url", "auth_style", "use_pkce"),
    }


def test_apache_reads_its_directives(text):
    """github.com/OpenIDC/mod_auth_openidc, auth_openidc.conf."""
    lines = [line for line in text("apache").splitlines() if line.startswith("OIDC")]

    told = dict(shlex.split(line) for line in lines)

    assert told["OIDCClientSecret"] == SECRET
    assert told["OIDCRedirectURI"] == "https://app.example/redirect_uri"
    assert set(told) == {
        *("OIDCProviderMetadataURL", "OIDCClientID", "OIDCClientSecret", "OIDCPKCEMethod"),
        *("OIDCProviderTokenEndpointAuth", "OIDCScope", "OIDCRedirectURI", "OIDCCryptoPassphrase"),
    }


def _run(script, folder, **environment):
    return subprocess.run(  # noqa: S603 (our own)
        ["/bin/sh", "-c", script],
        cwd=folder,
        env={"PATH": f"{folder}:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    ).stdout


def test_environment_reads_back_what_went_in(text, tmp_path):
    (tmp_path / ".env").write_text(text("env"), encoding="utf-8")

    read = _run("set -a; . ./.env; env -0", tmp_path).split("\0")

    told = dict(line.split("=", 1) for line in read if "=" in line)
    assert told["OIDC_REDIRECT_URI"] == NASTY
    assert told["OIDC_CLIENT_SECRET"] == SECRET
    assert not list(tmp_path.glob("pwned"))


def test_nextcloud_gets_its_options(text, tmp_path):
    """Only read: no package registry holds Nextcloud.

    github.com/nextcloud/user_oidc, lib/Command/UpsertProvider.php.
    """
    php = tmp_path / "php"
    php.write_text('#!/bin/sh\nfor each; do printf "%s\\n" "$each"; done\n', encoding="utf-8")
    php.chmod(0o755)

    told = _run(text("nextcloud"), tmp_path).split("user_oidc:provider\n")[1].splitlines()

    assert [each.partition("=")[0] for each in told] == [
        *("sealwax", "--clientid", "--clientsecret", "--discoveryuri", "--scope"),
    ]
    assert f"--clientsecret={SECRET}" in told


@pytest.mark.parametrize(
    ("name", "kind"),
    [("curl", "web"), ("curl", "native"), ("env", "spa"), ("curl_device", "device")],
)
def test_shell_scripts_are_shell(text, tmp_path, name, kind):
    written = text(name, kind)
    path = tmp_path / "script"
    path.write_text(written, encoding="utf-8")

    subprocess.run(["/bin/sh", "-n", str(path)], check=True, timeout=20)  # noqa: S603 (our own)

    assert (SECRET[-5:] in written) == (kind == "web"), "a public application has no secret"


def test_what_cannot_be_seen_is_spelled_out(text):
    """CVE-2021-42574: what turns the direction of the text hides code from its reader."""
    for name in ("nextjs", "spring", "oauth2_proxy"):
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text(name)
    assert "\\u202e" in text("nextjs")
