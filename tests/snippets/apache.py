"""Apache around a snippet: a server with one page, which says in a header who reads it."""

from __future__ import annotations

from pathlib import Path

#: Where Debian keeps what `mod_auth_openidc` and Apache consist of.
MODULES = Path("/usr/lib/apache2/modules")
MISSING = "on Debian: apt-get install apache2-bin libapache2-mod-auth-openidc"
PROGRAM = Path("/usr/sbin/apache2")
NAMES = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "auth_openidc")


def is_installed() -> bool:
    """Tell whether Apache and its module for OpenID Connect are here."""
    return (MODULES / "mod_auth_openidc.so").exists() and PROGRAM.exists()


def command(folder: Path) -> list[str]:
    """Return the command that serves a folder laid out by `lay_out`."""
    return [str(PROGRAM), "-X", "-f", str(folder / "httpd.conf")]


def lay_out(folder: Path, port: int, snippet: str) -> None:
    """Put a site into a folder: the snippet, and a page behind it."""
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (site / "favicon.ico").touch()
    lines = [
        f"ServerRoot {folder}",
        f"ServerName http://localhost:{port}",
        f"Listen 127.0.0.1:{port}",
        f"PidFile {folder}/pid",
        f"ErrorLog {folder}/error.log",
        f"DefaultRuntimeDir {folder}",
        *(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in NAMES),
        f"DocumentRoot {site}",
        'Header set X-Email "expr=%{reqenv:OIDC_CLAIM_email}"',
        snippet,
    ]
    (folder / "httpd.conf").write_text("\n".join(lines), encoding="utf-8")
