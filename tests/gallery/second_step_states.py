"""States of the second step: asked for, set up, turned off, reset."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.services.people.trusted_browsers import DAYS
from app.web.account.second_step import SureForm
from app.web.admin.reset_second_step import ResetForm
from app.web.enrolment import CODE_WRONG, EnrolForm, drawn
from app.web.login.codes_left import RenewForm
from app.web.login.prove_mailbox import MailboxForm
from app.web.login.second_step import SecondStepForm
from tests.gallery.passkey_states import CREATION
from tests.gallery.people import JANE, LONG_NAME, NAMELESS, Context, States, ago, told

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODES = [f"K7Q2-9FXM-3WBT-{number}HJD" for number in range(2, 10)] + [
    "VD4R-8TPQ-6ZNC-WX5E",
    "2345-9FXM-3WBT-2HJD",
]


OTHER_WAYS = [
    {
        "id": "use-passkey-step",
        "url": "/login/passkey-step",
        "label": "Use a passkey",
        "needs_passkeys": True,
    },
    {
        "id": "use-recovery-code",
        "url": "/login/recovery-code",
        "label": "Use a recovery code",
        "needs_passkeys": False,
    },
]


FROM_RECOVERY = [
    OTHER_WAYS[0],
    {
        "id": "use-code",
        "url": "/login/second-step",
        "label": "Use your authenticator app",
        "needs_passkeys": False,
    },
]


def _step(**changes: Any) -> Context:
    known = {
        "form": SecondStepForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": None,
        "has_session": False,
        "account": JANE,
        "may_trust": True,
        "days": DAYS,
        "app_locked": False,
        "other_ways": OTHER_WAYS,
    }
    return {**known, **changes}


def _wrong() -> Context:
    return _step(
        form=told(SecondStepForm(formdata=None, data={"code": "123 456"}), code=CODE_WRONG)
    )


def _throttled() -> Context:
    form = told(SecondStepForm(formdata=None), "Too many tries. Wait 2 minutes, then try again.")
    return _step(form=form)


def _set_up(**changes: Any) -> Context:
    known = {
        "form": EnrolForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": None,
        "has_session": False,
        "passkey_only": False,
        "passkey": {"options": CREATION, "action": "/login/enrol/passkey"},
        **drawn(SEED, account=JANE.email, issuer="Example ID"),
    }
    return {**known, **changes}


def _set_up_wrong() -> Context:
    return _set_up(form=told(EnrolForm(formdata=None), code=CODE_WRONG))


def _set_up_stale() -> Context:
    stale = "This page was open for a long time. Scan the new code."
    return _set_up(form=told(EnrolForm(formdata=None), stale))


def _mailbox(**changes: Any) -> Context:
    known = {
        "form": MailboxForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": None,
        "is_unconfirmed": False,
        "is_chosen": False,
        "has_session": False,
        "account": JANE,
        "sent_at": ago(minutes=2),
        "minutes": 30,
        "mailbox_url": None,
    }
    return {**known, **changes}


def _mailbox_wrong() -> Context:
    form = MailboxForm(formdata=None, data={"code": "WDJB-MJHT"})
    return _mailbox(form=told(form, code="That code isn't right or has expired."))


def _mailbox_throttled() -> Context:
    words = "You can ask for another code in 1 minute."
    return _mailbox(form=told(MailboxForm(formdata=None), words))


def _codes(**changes: Any) -> Context:
    known = {"interaction": "it_8fJ2", "codes": CODES, "continue_url": "/account/"}
    return {**known, "is_renewed": False, **changes}


def _codes_left() -> Context:
    left = {"codes_left": 2, "codes_made": 10, "continue_url": "/account/"}
    return {"form": RenewForm(formdata=None), "interaction": "it_8fJ2", **left}


def _reset(**faults: str) -> Context:
    user = SimpleNamespace(id=1, name=JANE.name, email=JANE.email)
    form = ResetForm(formdata=None)
    return {"user": user, "form": told(form, **faults) if faults else form}


STATES: States = (
    ("login/second_step.html", "plain", _step),
    ("login/second_step.html", "app", lambda: _step(client=LONG_NAME, may_trust=False)),
    ("login/second_step.html", "wrong", _wrong),
    ("login/second_step.html", "throttled", _throttled),
    (
        "login/recovery_code.html",
        "plain",
        lambda: _step(account=NAMELESS, other_ways=FROM_RECOVERY),
    ),
    (
        "login/recovery_code.html",
        "locked",
        lambda: _step(app_locked=True, other_ways=OTHER_WAYS[:1]),
    ),
    (
        "login/recovery_code.html",
        "wrong",
        lambda: _step(
            form=told(
                SecondStepForm(formdata=None, data={"code": "K7Q2"}),
                code="That code isn't right, or it was used before.",
            ),
            other_ways=FROM_RECOVERY,
        ),
    ),
    ("login/prove_mailbox.html", "asked", lambda: _mailbox(sent_at=None, account=NAMELESS)),
    ("login/prove_mailbox.html", "app", lambda: _mailbox(sent_at=None, client=LONG_NAME)),
    (
        "login/prove_mailbox.html",
        "chosen",
        lambda: _mailbox(sent_at=None, is_chosen=True, interaction=None, has_session=True),
    ),
    (
        "login/prove_mailbox.html",
        "unconfirmed",
        lambda: _mailbox(sent_at=None, is_unconfirmed=True),
    ),
    ("login/prove_mailbox.html", "confirm", lambda: _mailbox(is_unconfirmed=True)),
    ("login/prove_mailbox.html", "sent", _mailbox),
    ("login/prove_mailbox.html", "local", lambda: _mailbox(mailbox_url="/dev/mail")),
    ("login/prove_mailbox.html", "wrong", _mailbox_wrong),
    ("login/prove_mailbox.html", "throttled", _mailbox_throttled),
    ("login/enrol.html", "policy", _set_up),
    ("login/enrol.html", "app", lambda: _set_up(client="Photo Box")),
    ("login/enrol.html", "wrong", _set_up_wrong),
    (
        "login/enrol.html",
        "passkey",
        lambda: _set_up(client="Photo Box", passkey_only=True),
    ),
    ("login/recovery_codes.html", "plain", _codes),
    ("login/recovery_codes.html", "renewed", lambda: _codes(is_renewed=True)),
    ("login/codes_left.html", "plain", _codes_left),
    ("login/second_step.html", "again", lambda: _step(interaction=None, has_session=True)),
    ("account/second_step.html", "plain", _set_up),
    ("account/second_step.html", "stale", _set_up_stale),
    ("account/second_step.html", "wrong", _set_up_wrong),
    ("account/second_step_off.html", "plain", lambda: {"form": SureForm(formdata=None)}),
    ("account/new_recovery_codes.html", "plain", lambda: {"form": SureForm(formdata=None)}),
    ("account/recovery_codes.html", "plain", _codes),
    ("admin/reset_second_step.html", "plain", _reset),
    ("admin/reset_second_step.html", "refused", lambda: {**_reset(), "form": None}),
    (
        "admin/reset_second_step.html",
        "empty",
        lambda: _reset(reason="Write how you know that it is them."),
    ),
)
