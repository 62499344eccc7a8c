"""The stacks there are snippets for: what they are called, where the code goes, what they expect.

A new one is a line here and a template of its name in templates/snippets. Where its settings are
documented stands beside it; what that page says was compared with the snippet when it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.services.clients.client_metadata import Kind

BASIC, POST = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack; `name` is that of its template."""

    name: str
    title: str
    #: The language its values are quoted for, see quoting.QUOTES.
    language: str
    #: Where the code goes.
    place: LazyString
    #: The vendor's page about it.
    documentation: str = ""
    #: Where the stack wants people back on its own; empty where the code decides.
    callback: str = ""
    kinds: tuple[Kind, ...] = ("web",)
    #: How it proves itself to the token endpoint.
    proves_by: str = BASIC


#: A group with its stacks, in the order of the page.
GROUPS: Sequence[tuple[LazyString, Sequence[Stack]]] = (
    (
        _("Any stack"),
        (
            Stack(
                "env",
                "Environment (.env)",
                "shell",
                _("Into the environment of the application, or a file .env beside it."),
                kinds=("web", "spa", "native", "device", "machine"),
            ),
            Stack(
                "curl",
                "curl",
                "shell",
                _("Save it as sign-in.sh and run it with sh: a whole sign-in, step by step."),
                "https://curl.se/docs/manpage.html",
                kinds=("web", "spa", "native"),
            ),
            Stack(
                "curl_device",
                "curl",
                "shell",
                _("Save it as connect.sh and run it with sh: it shows a code, and waits for you."),
                "https://curl.se/docs/manpage.html",
                kinds=("device",),
            ),
            Stack(
                "curl_machine",
                "curl",
                "shell",
                _("Into a terminal: the application gets a token of its own."),
                "https://curl.se/docs/manpage.html",
                kinds=("machine",),
            ),
        ),
    ),
    (
        _("Python"),
        (
            Stack(
                "flask",
                "Flask",
                "python",
                _("Save it as app.py: a whole application, with Authlib."),
                "https://docs.authlib.org/en/latest/client/flask.html",
            ),
            Stack(
                "fastapi",
                "FastAPI",
                "python",
                _("Save it as app.py: a whole application, with Authlib."),
                "https://docs.authlib.org/en/latest/client/fastapi.html",
            ),
            Stack(
                "django",
                "Django",
                "python",
                _("At the end of settings.py and urls.py, with mozilla-django-oidc."),
                "https://mozilla-django-oidc.readthedocs.io/en/stable/settings.html",
                callback="/oidc/callback/",
            ),
        ),
    ),
    (
        _("JavaScript"),
        (
            Stack(
                "browser",
                "oidc-client-ts",
                "javascript",
                _("Into the code that runs in the browser, or in the app."),
                "https://authts.github.io/oidc-client-ts/",
                kinds=("spa", "native"),
            ),
            Stack(
                "node",
                "Node",
                "javascript",
                _("Save it as app.mjs: a whole application, with openid-client."),
                "https://github.com/panva/openid-client/blob/main/docs/README.md",
            ),
            Stack(
                "express",
                "Express",
                "javascript",
                _("Save it as app.cjs: a whole application, with express-openid-connect."),
                "https://auth0.github.io/express-openid-connect/interfaces/ConfigParams.html",
            ),
            Stack(
                "nextjs",
                "Next.js",
                "javascript",
                _("Into auth.js and the route of Auth.js, at the top of the project."),
                "https://authjs.dev/guides/configuring-oauth-providers",
                callback="/api/auth/callback/sealwax",
            ),
        ),
    ),
    (
        _("Java and Go"),
        (
            Stack(
                "spring",
                "Spring Boot",
                "spring",
                _(
                    "Into application.yml; "
                    "the starter is spring-boot-starter-security-oauth2-client."
                ),
                "https://docs.spring.io/spring-boot/reference/security/oauth2.html",
                callback="/login/oauth2/code/sealwax",
            ),
            Stack(
                "go",
                "Go",
                "go",
                _("Save it as main.go: a whole application, with coreos/go-oidc."),
                "https://pkg.go.dev/github.com/coreos/go-oidc/v3/oidc",
            ),
        ),
    ),
    (
        _("Proxies and products"),
        (
            Stack(
                "apache",
                "Apache",
                "apache",
                _("Into the virtual host, with mod_auth_openidc."),
                "https://github.com/OpenIDC/mod_auth_openidc/blob/master/auth_openidc.conf",
                callback="/redirect_uri",
            ),
            Stack(
                "oauth2_proxy",
                "oauth2-proxy",
                "toml",
                _("Save it as oauth2-proxy.cfg and start oauth2-proxy with --config."),
                "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview",
                callback="/oauth2/callback",
            ),
            Stack(
                "grafana",
                "Grafana",
                "ini",
                _("Into grafana.ini, then start Grafana again."),
                "https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/"
                "configure-authentication/generic-oauth/",
                callback="/login/generic_oauth",
            ),
            Stack(
                "nextcloud",
                "Nextcloud",
                "shell",
                _("Into a terminal, in the folder of Nextcloud, as its own user."),
                "https://github.com/nextcloud/user_oidc",
                callback="/apps/user_oidc/code",
                # It takes this one wherever it is offered (its LoginController).
                proves_by=POST,
            ),
        ),
    ),
)


def offered(kind: Kind) -> list[tuple[LazyString, list[Stack]]]:
    """Return the stacks for an application of this kind, in their groups."""
    grouped = [(title, [each for each in group if kind in each.kinds]) for title, group in GROUPS]
    return [(title, fitting) for title, fitting in grouped if fitting]
