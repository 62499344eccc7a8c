"""Addresses for pages that templates link to and that this application does not have (yet)."""

from __future__ import annotations

from flask import Flask, abort
from flask.typing import ResponseReturnValue

PAGES = {
    "login.sign_in": "/login/sign-in",
    "login.sign_up": "/login/sign-up",
    "login.check_email": "/login/check-email",
    "login.consent": "/login/consent",
    "login.select_account": "/login/select-account",
    "login.sign_out": "/login/sign-out",
    "login.signed_out": "/login/signed-out",
    "login.language": "/login/language",
    "account.home": "/account/",
    "admin.clients": "/admin/applications",
    "admin.new_client": "/admin/applications/new",
    "admin.client": "/admin/applications/<client_id>",
    "admin.client_secret": "/admin/applications/<client_id>/secrets",
    "admin.revoke_secret": "/admin/applications/<client_id>/secrets/<int:secret_id>/revoke",
    "admin.turn_off": "/admin/applications/<client_id>/off",
    "admin.turn_on": "/admin/applications/<client_id>/on",
    "admin.delete_client": "/admin/applications/<client_id>/delete",
    "admin.users": "/admin/users",
    "admin.user": "/admin/users/<int:user_id>",
    "admin.keys": "/admin/keys",
    "admin.attempts": "/admin/attempts",
    "admin.attempt": "/admin/attempts/<reference>",
    "setup.set_up": "/setup",
    "dev_mail.mailbox": "/dev/mail",
    "dev_mail.message": "/dev/mail/<name>",
}


def stand_in(site: Flask) -> None:
    """Give every missing page an address, so that links to it can be made."""
    for endpoint, address in PAGES.items():
        if endpoint not in site.view_functions:
            site.add_url_rule(address, endpoint, _nowhere)


def _nowhere(**_parts: object) -> ResponseReturnValue:
    abort(404)
