"""The snippets of stacks that download and compile for minutes, run as test_run.py runs the others.

Versions are those of the day the test was written: what a later one breaks is for whoever raises
them to see. Grafana and Nextcloud stay with test_formats.py, as no package registry holds them.
"""

from __future__ import annotations

import json

import httpx
import pytest

from tests.factories import PASSWORD
from tests.journeys.programs import program
from tests.servers import free_port
from tests.snippets import nextjs, spring, upstream
from tests.snippets.conftest import JANE
from tests.snippets.registries import ask, build, with_program
from tests.snippets.visits import LONGEST_ANSWER_SECONDS, sign_in, within

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("_at_leisure")]

GO_OIDC = "github.com/coreos/go-oidc/v3"
GO_OIDC_VERSION, GO_OAUTH2_VERSION = "v3.21.0", "v0.38.0"
OAUTH2_PROXY, OAUTH2_PROXY_VERSION = "github.com/oauth2-proxy/oauth2-proxy/v7", "v7.15.6"


@with_program("go")
def test_go_signs_in(register, browser, tmp_path):
    ask("Go", ["go", "list", "-m", f"{GO_OIDC}@{GO_OIDC_VERSION}"], tmp_path)
    port = free_port()
    given = register(f"http://localhost:{port}/callback")
    (tmp_path / "main.go").write_text(given.text("go"), encoding="utf-8")
    build(["go", "mod", "init", "example"], tmp_path)
    packages = f"{GO_OIDC}/oidc@{GO_OIDC_VERSION}", f"golang.org/x/oauth2@{GO_OAUTH2_VERSION}"
    build(["go", "get", *packages], tmp_path)
    build(["go", "vet", "."], tmp_path)
    build(["go", "build", "-o", "example", "."], tmp_path)

    with program([str(tmp_path / "example")], tmp_path, port) as application:
        told = sign_in(application, browser, begins="/sign-in")

    assert told["email"] == JANE
    assert told["name"] == "Jane Doe"
    assert given.progress()["state"] == "worked"


@with_program("go")
def test_oauth2_proxy_signs_in(register, browser, tmp_path):
    pinned = f"{OAUTH2_PROXY}@{OAUTH2_PROXY_VERSION}"
    ask("Go", ["go", "list", "-m", pinned], tmp_path)
    build(["env", f"GOBIN={tmp_path}", "go", "install", pinned], tmp_path)
    port = free_port()
    given = register(f"http://localhost:{port}/oauth2/callback")
    (tmp_path / "oauth2-proxy.cfg").write_text(given.text("oauth2_proxy"), encoding="utf-8")
    command = [str(tmp_path / "oauth2-proxy"), "--config=oauth2-proxy.cfg"]

    with (
        upstream.running() as protected,
        program([*command, f"--upstream={protected}"], tmp_path, port) as proxy,
        httpx.Client(timeout=LONGEST_ANSWER_SECONDS) as visitor,
    ):
        assert "Sign in with Sealwax" in visitor.get(f"{proxy}/").text
        browser.open(within(proxy, f"{proxy}/oauth2/start?rd=/", visitor))
        browser.sign_in(JANE, PASSWORD).allow()
        told = json.loads(within(proxy, browser.left_for, visitor))

    assert told["X-Forwarded-Email"] == JANE
    assert given.progress()["state"] == "worked"


@with_program("npm")
@with_program("node")
def test_nextjs_signs_in(register, browser, tmp_path):
    short = ["--fetch-retries=0", "--fetch-timeout=8000", "--prefer-offline"]
    ask("npm", ["npm", "view", nextjs.PACKAGES[0], "version", *short], tmp_path)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    build(["npm", "install", *quiet, *nextjs.PACKAGES], tmp_path)
    port = free_port()
    given = register(f"http://localhost:{port}/api/auth/callback/sealwax")
    nextjs.lay_out(tmp_path, given.text("nextjs"))
    build([*nextjs.NEXT, "build"], tmp_path)

    command = [*nextjs.NEXT, "start", "--port", str(port)]
    settings = {**nextjs.SETTINGS, "AUTH_URL": f"http://localhost:{port}"}
    with program(command, tmp_path, port, **settings) as application:
        told = sign_in(application, browser)

    assert told["email"] == JANE
    assert told["name"] == "Jane Doe"
    assert given.progress()["state"] == "worked"


@with_program("java")
@with_program("mvn")
def test_spring_signs_in(register, browser, tmp_path):
    port = free_port()
    given = register(f"http://localhost:{port}/login/oauth2/code/sealwax")
    spring.lay_out(tmp_path, given.text("spring"))
    quiet = ["--batch-mode", "--quiet"]
    ask("Maven", ["mvn", *quiet, *spring.SHORT, "validate"], tmp_path)
    build(["mvn", *quiet, "package"], tmp_path)

    command = ["java", "-jar", spring.ARCHIVE, f"--server.port={port}"]
    with program(command, tmp_path, port) as application:
        told = sign_in(application, browser)

    assert told == {"email": JANE, "name": "Jane Doe"}
    assert given.progress()["state"] == "worked"
