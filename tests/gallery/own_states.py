"""States of the pages of one's own: account, set-up and the mailbox of a developer's machine."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.web.account.activity import KINDS
from app.web.account.home import Check
from app.web.account.not_me import Step
from app.web.account.profile import SECTIONS, PictureForm, ProfileForm
from app.web.account.security import PasswordForm
from app.web.setup import SetUpForm
from tests.gallery.passkey_states import CLOUD, LAPTOP
from tests.gallery.people import JANE, Context, States, ago, told
from tests.gallery.upstream_states import LINKED

NO_SECOND_STEP = {
    "is_on": False,
    "app": None,
    "codes_left": 0,
    "codes_made": 10,
    "is_demanded": False,
}
SECOND_STEP = {
    "is_on": True,
    "app": {"created_at": ago(days=40), "used_at": ago(hours=2), "is_locked": False},
    "codes_left": 7,
    "codes_made": 10,
    "is_demanded": False,
}

TRUSTED = [
    {
        "name": "k7q29fxm",
        "browser": "Firefox on Linux",
        "is_phone": False,
        "since": ago(hours=3),
        "until": ago(days=-30),
        "is_this": True,
    },
    {
        "name": "3wbt2hjd",
        "browser": "Safari on iPhone",
        "is_phone": True,
        "since": ago(days=12),
        "until": ago(days=-18),
        "is_this": False,
    },
]


def _session(number: int, **changes: Any) -> dict[str, Any]:
    known = {"id": number, "browser": "Firefox on Linux", "address": "192.0.2.7", "apps": []}
    known |= {"is_phone": False, "is_this": False, "is_kept": False}
    return {**known, "began_at": ago(days=9), "seen_at": ago(minutes=1), **changes}


def _security(**changes: Any) -> Context:
    known = {
        "email": JANE.email,
        "password_form": PasswordForm(formdata=None),
        "password_length": 15,
        "saved": "",
        "passkeys": [],
        "has_password": True,
        "second_step": NO_SECOND_STEP,
        "has_others": True,
        "trusted": [],
        "trusted_days": 30,
        "linked": [],
        "may_link": True,
        "sessions": [
            _session(1, apps=["Photo Box", "Mail"], began_at=ago(days=2), is_this=True),
            _session(
                2,
                browser="Safari on iPhone",
                address="2001:db8::7",
                is_phone=True,
                seen_at=ago(days=3),
                is_kept=True,
            ),
        ],
    }
    return {**known, **changes}


def _deed(words: str, minutes: int, **changes: Any) -> Context:
    known = {"app": "", "browser": "", "address": "", "is_alarming": False}
    return {"words": words, "at": ago(minutes=minutes), **known, **changes}


def _activity(**changes: Any) -> Context:
    known = {
        "kinds": [(name, title) for name, title, _begins in KINDS],
        "kind": "",
        "entries": [
            _deed("Signed in", 1, browser="Firefox on Linux", address="192.0.2.7"),
            _deed("Access not allowed to an app", 9, app="Photo Box"),
            _deed("Somebody tried to sign in", 4000, address="2001:db8::7", is_alarming=True),
        ],
        "older": 7,
        "days": 90,
    }
    return {**known, **changes}


CHECKS = [
    Check(
        "Your password alone signs you in.", is_good=False, url="/", label="Set up a second step"
    ),
    Check("8 recovery codes are left.", is_good=True),
    Check("Your password is from:", is_good=True, at=ago(days=200)),
]


def _home(**changes: Any) -> Context:
    known = {
        "offers_passkey": False,
        "checks": CHECKS,
        "advice": CHECKS[0],
        "picture": None,
        "recent": _activity()["entries"],
    }
    return {**known, **changes}


def _not_me() -> Context:
    steps = [
        Step("sessions", "Sign out everywhere else", "No other device is signed in.", is_done=True),
        Step("password", "Change it", "Once.", is_done=False, url="/", label="Change it"),
        Step("second-step", "Check it", "It is on.", is_done=True, url="/", label="New codes"),
        Step("upstreams", "Who else signs you in", "2 do.", is_done=None, url="/", label="Look"),
        Step("apps", "Look through your apps", "2 apps.", is_done=None, url="/", label="Look"),
        Step("email", "Check your mailbox", f"Mail to {JANE.email}.", is_done=None),
    ]
    return {"steps": steps, "back": "not-me"}


def _wrong_password() -> Context:
    form = told(
        PasswordForm(formdata=None),
        current_password="That isn't your current password.",
        password="Use at least 15 characters.",
    )
    return _security(password_form=form)


def _profile(**values: str) -> Context:
    form = ProfileForm(formdata=None, data=values)
    form.zoneinfo.choices = [SelectChoice("", _("Not said")), SelectChoice("Europe/Paris")]
    form.locale.choices = [SelectChoice("", _("Not said"))]
    shared = {"names": ["Photo Box", "Mail"], "address": []}
    return {
        "form": form,
        "email": JANE.email,
        "email_verified": True,
        "sections": SECTIONS,
        "saved": "",
        "picture_form": PictureForm(formdata=None),
        "picture": None,
        "shared_with": shared,
    }


def _picture_refused() -> Context:
    context = _profile()
    told(context["picture_form"], picture_file="Choose a picture: PNG, JPEG, WebP or GIF.")
    return context


def _profile_faults() -> Context:
    context = _profile(birthdate="31.1.90")
    told(context["form"], birthdate="Write the date as YYYY-MM-DD, or the year alone.")
    return context


def _set_up(**changes: Any) -> Context:
    known = {
        "form": SetUpForm(formdata=None, data={"token": "sw_setup_x"}),
        "has_token": True,
        "password_length": 15,
        "issuer": "http://localhost:8000",
    }
    return {**known, **changes}


def _set_up_faults() -> Context:
    form = told(
        SetUpForm(formdata=None),
        token="That code isn't right or was used already.",
        password="Use at least 15 characters.",
    )
    return _set_up(form=form, has_token=False)


MESSAGES = [
    {
        "name": "2.eml",
        "to": JANE.email,
        "subject": "WDJB-MJHT is your code for Example ID",
        "at": ago(minutes=1),
    },
    {"name": "1.eml", "to": JANE.email, "subject": "Your password was changed", "at": ago(days=1)},
]
LETTER = {
    "name": "code.eml",
    "to": JANE.email,
    "sender": "Example ID <no-reply@localhost>",
    "subject": "WDJB-MJHT is your code for Example ID",
    "at": ago(minutes=1),
    "text": "Your code:\n\n    WDJB-MJHT\n\nEnter it on the page you came from.\n",
    "has_page": False,
}

STATES: States = (
    ("account/home.html", "plain", _home),
    ("account/home.html", "safe", lambda: _home(checks=CHECKS[1:], advice=None)),
    ("account/home.html", "new", lambda: _home(recent=[], offers_passkey=True)),
    ("account/activity.html", "some", _activity),
    ("account/activity.html", "none", lambda: _activity(kind="apps", entries=[], older=None)),
    ("account/security.html", "second-step", lambda: _security(second_step=SECOND_STEP)),
    (
        "account/security.html",
        "second-step-demanded",
        lambda: _security(
            second_step={
                **SECOND_STEP,
                "app": {"created_at": ago(days=1), "used_at": None, "is_locked": False},
                "is_demanded": True,
            }
        ),
    ),
    (
        "account/security.html",
        "locked",
        lambda: _security(
            second_step={
                **SECOND_STEP,
                "app": {"created_at": ago(days=40), "used_at": ago(days=2), "is_locked": True},
            }
        ),
    ),
    (
        "account/security.html",
        "passkeys",
        lambda: _security(
            passkeys=[LAPTOP, CLOUD], has_password=False, second_step={**SECOND_STEP, "app": None}
        ),
    ),
    (
        "account/security.html",
        "trusted",
        lambda: _security(second_step=SECOND_STEP, trusted=TRUSTED, saved="trusted-one"),
    ),
    ("account/security.html", "second-step-off", lambda: _security(saved="second-step-off")),
    ("account/security.html", "all-ended", lambda: _security(saved="sessions")),
    (
        "account/security.html",
        "no-password",
        lambda: _security(has_password=False, linked=LINKED[:1]),
    ),
    ("account/security.html", "plain", _security),
    ("account/not_me.html", "half-way", _not_me),
    ("account/security.html", "ended", lambda: _security(saved="session")),
    ("account/security.html", "changed", lambda: _security(saved="password")),
    ("account/security.html", "wrong-password", _wrong_password),
    ("account/profile.html", "some", lambda: _profile(given_name="Jane", country="France")),
    (
        "account/profile.html",
        "saved",
        lambda: {**_profile(), "saved": "yes", "picture": "/static/favicon.svg"},
    ),
    ("account/profile.html", "faults", _profile_faults),
    (
        "account/profile.html",
        "idle",
        lambda: {**_profile(name=JANE.name), "idle_seconds": lambda _place: 100},
    ),
    ("account/profile.html", "back", lambda: {**_profile(name=JANE.name), "unsent": "back"}),
    ("account/profile.html", "old", lambda: {**_profile(name=JANE.name), "unsent": "old"}),
    ("account/profile.html", "gone", lambda: {**_profile(name=JANE.name), "unsent": "gone"}),
    ("account/profile.html", "no-picture", _picture_refused),
    ("account/profile.html", "dark", lambda: {**_profile(), "theme": "dark"}),
    ("setup/set_up.html", "link", _set_up),
    ("setup/set_up.html", "faults", _set_up_faults),
    ("dev/mailbox.html", "some", lambda: {"messages": MESSAGES}),
    ("dev/mailbox.html", "none", lambda: {"messages": []}),
    ("dev/message.html", "code", lambda: {"message": LETTER}),
)
