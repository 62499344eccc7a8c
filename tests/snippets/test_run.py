"""The snippets, as they stand on the page, run: a person signs in until the application knows her.

Each is written into a folder, started as its first lines say, and visited by a browser
(product.md, "Twelve things", 4).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import httpx
import pytest

from tests.factories import PASSWORD
from tests.journeys.programs import inherited, program
from tests.secrets_seen import remember
from tests.servers import free_port
from tests.snippets import apache
from tests.snippets.conftest import JANE
from tests.snippets.parts import files_of
from tests.snippets.registries import with_program
from tests.snippets.visits import sign_in, within

pytestmark = pytest.mark.one_engine

#: Around the snippet for Django: a project with nothing else in it.
DJANGO_SETTINGS = """
SECRET_KEY = "signs-the-sessions-of-one-test"
DEBUG = True
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.db"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
DJANGO_URLS = """
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import path

urlpatterns = [
    path("", login_required(lambda request: JsonResponse({"email": request.user.email}))),
]
"""


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("flask", ["-m", "flask", "--app", "app", "run", "--port"]),
        ("fastapi", ["-m", "uvicorn", "app:app", "--host", "localhost", "--port"]),
    ],
)
def test_python_application_signs_in(register, browser, tmp_path, name, command):
    port = free_port()
    given = register(f"http://localhost:{port}/callback")
    (tmp_path / "app.py").write_text(given.text(name), encoding="utf-8")
    assert given.progress()["state"] == "waiting"

    with program([sys.executable, *command, str(port)], tmp_path, port) as application:
        told = sign_in(application, browser)

    assert told["email"] == JANE
    assert told["name"] == "Jane Doe"
    assert given.progress()["state"] == "worked"


def test_django_signs_in(register, browser, tmp_path):
    port = free_port()
    given = register(f"http://localhost:{port}/oidc/callback/")
    parts = files_of(given.text("django"))
    (tmp_path / "settings.py").write_text(DJANGO_SETTINGS + parts["settings.py"], encoding="utf-8")
    (tmp_path / "urls.py").write_text(DJANGO_URLS + parts["urls.py"], encoding="utf-8")
    django = [sys.executable, "-m", "django"]
    settings = {"DJANGO_SETTINGS_MODULE": "settings"}
    subprocess.run(  # noqa: S603 (our own)
        [*django, "migrate", "--verbosity=0"],
        cwd=tmp_path,
        env={**inherited(), **settings},
        check=True,
        timeout=30,
    )

    command = [*django, "runserver", "--noreload", "--skip-checks", str(port)]
    with program(command, tmp_path, port, **settings) as application:
        told = sign_in(application, browser)

    assert told == {"email": JANE}


@pytest.mark.skipif(not apache.is_installed(), reason=apache.MISSING)
def test_apache_signs_in(register, browser, tmp_path):
    port = free_port()
    given = register(f"http://localhost:{port}/redirect_uri")
    apache.lay_out(tmp_path, port, given.text("apache"))

    with (
        program(apache.command(tmp_path), tmp_path, port) as site,
        httpx.Client(timeout=10) as visitor,
    ):
        browser.open(within(site, f"{site}/index.html", visitor))
        browser.sign_in(JANE, PASSWORD).allow()
        within(site, browser.left_for, visitor)
        told = visitor.get(f"{site}/index.html")

    assert told.headers["x-email"] == JANE
    assert given.progress()["state"] == "worked"


@with_program("npm")
@with_program("node")
@pytest.mark.parametrize(("name", "file"), [("node", "app.mjs"), ("express", "app.cjs")])
def test_node_application_signs_in(register, browser, modules, name, file):
    port = free_port()
    given = register(f"http://localhost:{port}/callback")
    (modules / file).write_text(given.text(name), encoding="utf-8")

    with program(["node", file], modules, port) as application:
        told = sign_in(application, browser)

    assert told["email"] == JANE
    assert given.progress()["state"] == "worked"


@with_program("curl")
@with_program("openssl")
@pytest.mark.parametrize("kind", ["web", "spa"])
def test_curl_signs_in(register, browser, tmp_path, kind):
    given = register("https://rp.example/callback", kind)
    (tmp_path / "sign-in.sh").write_text(given.text("curl"), encoding="utf-8")

    with subprocess.Popen(
        ["/bin/sh", "sign-in.sh"],
        cwd=tmp_path,
        env=inherited(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as script:
        assert script.stdout is not None
        assert "Open this address" in script.stdout.readline()
        browser.open(script.stdout.readline().strip()).sign_in(JANE, PASSWORD).allow()
        told, _ = script.communicate(f"{browser.left_for}\n", timeout=20)

    assert json.loads(told.splitlines()[-1])["email"] == JANE
    assert given.progress()["state"] == "worked"


@with_program("curl")
def test_curl_gets_a_token_of_its_own(register, tmp_path):
    given = register(kind="machine")
    (tmp_path / "token.sh").write_text(given.text("curl_machine"), encoding="utf-8")

    done = subprocess.run(
        ["/bin/sh", "token.sh"],
        cwd=tmp_path,
        env=inherited(),
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )

    assert json.loads(done.stdout)["token_type"] == "Bearer"


@with_program("curl")
def test_curl_connects_a_device(register, browser, tmp_path):
    """RFC 8628: it polls while a person types its code elsewhere."""
    given = register(kind="device")
    (tmp_path / "connect.sh").write_text(given.text("curl_device"), encoding="utf-8")

    with subprocess.Popen(
        ["/bin/sh", "connect.sh"],
        cwd=tmp_path,
        env=inherited(),
        stdout=subprocess.PIPE,
        text=True,
    ) as script:
        assert script.stdout is not None
        shown = script.stdout.readline()
        address, code = re.fullmatch(r"Open (\S+) on any device and enter (\S+)\n", shown).groups()
        browser.open(address).press("continue", user_code=remember(code))
        browser.sign_in(JANE, PASSWORD).press("connect")
        told, _ = script.communicate(timeout=30)

    assert json.loads(told.splitlines()[-1])["email"] == JANE
    assert given.progress()["state"] == "worked"
