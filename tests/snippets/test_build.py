"""The snippets of stacks that download and compile for minutes, run as test_run.py runs the others.

Versions are those of the day the test was written: what a later one breaks is for whoever raises
them to see. Grafana and Nextcloud stay with test_formats.py, as no package registry holds them.
"""

from __future__ import annotations

import pytest

from tests.journeys.programs import program
from tests.servers import free_port
from tests.snippets.conftest import JANE
from tests.snippets.registries import ask, build, with_program
from tests.snippets.visits import sign_in

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("_at_leisure")]

GO_OIDC = "github.com/coreos/go-oidc/v3"
GO_OIDC_VERSION, GO_OAUTH2_VERSION = "v3.21.0", "v0.38.0"


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
