"""The first start: one command on an empty database, a link on the terminal, a served issuer."""

import re
import signal
import subprocess
import sys
from time import monotonic

import httpx
import pytest
from pydantic import SecretStr

from app.settings import Settings
from tests.browser import Browser
from tests.secrets_seen import remember
from tests.servers import ROOT, environment, free_port
from tests.transports import HttpxTransport

LINK = re.compile(r"Set up the first administrator: (\S+)")
LONGEST_START_SECONDS = 60
SECRET = "only for the first start of a test"


@pytest.fixture
def first_start(tmp_path):
    """Run what `make run` runs; return the issuer and the file it prints to."""
    port = free_port()
    settings = Settings(
        issuer=f"http://localhost:{port}",
        port=port,
        database_url=f"sqlite:///{tmp_path}/new.db",
        secret_key=SecretStr(SECRET),
        encryption_key=SecretStr(SECRET),
        mail_folder=str(tmp_path / "mail"),
    )
    printed = tmp_path / "printed"
    with printed.open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "local"],
            cwd=ROOT,
            env=environment(settings),
            stdout=terminal,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_served(process, settings.issuer, printed)
        yield settings.issuer, printed
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_until_served(process, issuer, printed):
    end = monotonic() + LONGEST_START_SECONDS
    while monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{issuer}/health/ready", timeout=2).is_success:
                return
        except httpx.TransportError:
            continue
    raise AssertionError(printed.read_text(encoding="utf-8"))


def test_new_provider_is_complete_after_one_command(first_start):
    issuer, printed = first_start
    said = printed.read_text(encoding="utf-8")
    found = LINK.search(said)
    assert found, "no link on the terminal"
    assert f"Sealwax is at {issuer}\nListening on http://127.0.0.1:" in said
    assert "granian" not in said, "whoever runs it need not know what it is made of"
    transport = HttpxTransport()
    browser = Browser(transport, issuer).open(found[1])
    remember(found[1].partition("token=")[2])

    browser.press("set-up", email="first@people.example", password="four green boats sail home")

    assert browser.open("/admin/applications").status == 200
    metadata = transport.send("GET", f"{issuer}/.well-known/openid-configuration").json
    keys = transport.send("GET", metadata["jwks_uri"]).json["keys"]
    assert {key.get("alg") for key in keys} == {"RS256", "ES256", "EdDSA", "PS256", None}
    assert browser.open(found[1]).status >= 400, "the link works a second time"
    transport.close()
