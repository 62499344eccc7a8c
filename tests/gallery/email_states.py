"""States of everything about email addresses: confirm, add, change, take back; mail going out."""

from __future__ import annotations

from typing import Any

from app.jobs.email import Step
from app.web.account.emails import AddressForm, ClaimForm, LinkForm
from app.web.admin.verify_email import VerifyForm
from app.web.login.confirm_email import ChooseForm, ConfirmForm
from app.web.login.revert_email import RevertForm
from tests.gallery.desk_states import user
from tests.gallery.people import JANE, NAMELESS, Context, States, ago, told


def _confirm(state: str, **changes: Any) -> Context:
    known = {"state": state, "form": None, "email": JANE.email, "password_length": 15}
    return {**known, **changes}


def _revert(**changes: Any) -> Context:
    known = {
        "form": RevertForm(formdata=None),
        "email": JANE.email,
        "current": NAMELESS.email,
        "days": 7,
    }
    return {**known, **changes}


def _emails(**changes: Any) -> Context:
    known = {
        "form": AddressForm(formdata=None),
        "addresses": [
            {"key": "a", "email": JANE.email, "is_primary": True, "is_confirmed": True},
            {"key": "b", "email": NAMELESS.email, "is_primary": False, "is_confirmed": True},
        ],
        "claims": [{"id": 1, "email": "jane@work.example"}],
        "saved": "",
    }
    return {**known, **changes}


def _one_unconfirmed() -> Context:
    only = {"key": "a", "email": JANE.email, "is_primary": True, "is_confirmed": False}
    return _emails(addresses=[only], claims=[])


def _wrong_address() -> Context:
    form = AddressForm(formdata=None, data={"email": JANE.email})
    return _emails(form=told(form, email="This address is on your account already."))


def _code(**changes: Any) -> Context:
    known = {
        "form": ClaimForm(formdata=None),
        "claim": {"id": 1, "email": "jane@work.example"},
        "minutes": 30,
        "mailbox_url": None,
    }
    return {**known, **changes}


def _wrong_code() -> Context:
    form = ClaimForm(formdata=None, data={"code": "WDJB-MJHT"})
    return _code(form=told(form, code="That code isn't right or has expired."))


MAILS = [
    {
        "to": JANE.email,
        "kind": "sign_up_code",
        "state": "sent",
        "tries": 1,
        "last_fault": "",
        "at": ago(minutes=2),
        "due_at": ago(minutes=2),
    },
    {
        "to": NAMELESS.email,
        "kind": "primary_changed",
        "state": "waiting",
        "tries": 2,
        "last_fault": "SMTPDataError 451",
        "at": ago(minutes=7),
        "due_at": ago(minutes=-2),
    },
    {
        "to": "omar@nowhere.example",
        "kind": "password_reset",
        "state": "given_up",
        "tries": 12,
        "last_fault": "SMTPRecipientsRefused",
        "at": ago(days=1),
        "due_at": ago(hours=1),
    },
]
WELL = [
    Step("connected", ok=True, reply="250 mail.example STARTTLS AUTH PLAIN"),
    Step("tls", ok=True, reply="220 go on"),
    Step("auth", ok=True, reply="235 2.7.0 Authentication successful"),
    Step("accepted", ok=True, reply="250 2.0.0 Ok: queued as 4F2A1"),
]


def _mails(**changes: Any) -> Context:
    known = {
        "mails": MAILS,
        "state": "",
        "page": 1,
        "pages": 2,
        "steps": None,
        "refused": "",
        "has_folder": False,
        "sender_domain": "example.org",
    }
    return {**known, **changes}


def _stopped() -> Context:
    last = Step("auth", ok=False, reply="535 5.7.8 Authentication credentials not accepted")
    return _mails(steps=[*WELL[:2], last])


def _verify(**faults: str) -> Context:
    return {"form": told(VerifyForm(formdata=None), **faults), "user": user(email_verified=False)}


STATES: States = (
    ("admin/mails.html", "some", _mails),
    ("admin/mails.html", "none", lambda: _mails(mails=[], pages=1, has_folder=True)),
    ("admin/mails.html", "nothing-found", lambda: _mails(mails=[], state="given_up", pages=1)),
    ("admin/mails.html", "tried", lambda: _mails(steps=WELL)),
    ("admin/mails.html", "stopped", _stopped),
    (
        "admin/mails.html",
        "written",
        lambda: _mails(steps=[Step("written", ok=True, reply="instance/mail")], has_folder=True),
    ),
    (
        "admin/mails.html",
        "refused",
        lambda: _mails(refused="Too many tries. Wait 2 minutes, then try again."),
    ),
    ("admin/verify_email.html", "plain", _verify),
    (
        "admin/verify_email.html",
        "empty",
        lambda: _verify(reason="Write how you know that it is theirs."),
    ),
    ("login/confirm_email.html", "here", lambda: _confirm("here", form=ConfirmForm(formdata=None))),
    (
        "login/confirm_email.html",
        "elsewhere",
        lambda: _confirm("elsewhere", form=ChooseForm(formdata=None, data={"name": JANE.name})),
    ),
    (
        "login/confirm_email.html",
        "refused",
        lambda: _confirm(
            "elsewhere",
            form=told(ChooseForm(formdata=None), password="Use 5 more characters."),
        ),
    ),
    ("login/confirm_email.html", "done", lambda: _confirm("done")),
    ("login/confirm_email.html", "already", lambda: _confirm("already")),
    ("login/confirm_email.html", "expired", lambda: _confirm("expired")),
    ("login/revert_email.html", "plain", _revert),
    ("login/revert_email.html", "expired", lambda: _revert(form=None, email="", current="")),
    ("account/emails.html", "two", _emails),
    ("account/emails.html", "unconfirmed", _one_unconfirmed),
    ("account/emails.html", "added", lambda: _emails(claims=[], saved="added")),
    ("account/emails.html", "primary", lambda: _emails(claims=[], saved="primary")),
    ("account/emails.html", "removed", lambda: _emails(claims=[], saved="removed")),
    ("account/emails.html", "canceled", lambda: _emails(claims=[], saved="canceled")),
    ("account/emails.html", "over", lambda: _emails(claims=[], saved="over")),
    ("account/emails.html", "refused", _wrong_address),
    ("account/confirm_address.html", "plain", _code),
    ("account/confirm_address.html", "wrong", _wrong_code),
    ("account/confirm_address.html", "mailbox", lambda: _code(mailbox_url="/dev/mail")),
    (
        "account/confirm_link.html",
        "plain",
        lambda: {"form": LinkForm(formdata=None), "email": NAMELESS.email},
    ),
    ("account/confirm_link.html", "expired", lambda: {"form": None, "email": ""}),
)
