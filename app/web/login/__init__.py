"""Pages on the way to an application: sign in, sign up, consent, choose an account, sign out.

Each is one file with its form and its view; what they all need is in `waiting`.
"""

from app.web.login import (
    cancel,
    check_email,
    codes_left,
    confirm_email,
    consent,
    device,
    enrol,
    first_passkey,
    forgot,
    invitation,
    join,
    keep_account,
    language,
    link,
    passkey,
    passkey_offer,
    passkey_step,
    prove_mailbox,
    reset,
    revert_email,
    second_step,
    select_account,
    sign_in,
    sign_out,
    sign_up,
    upstream,
)
from app.web.login.waiting import blueprint

__all__ = [
    "cancel",
    "check_email",
    "codes_left",
    "confirm_email",
    "consent",
    "device",
    "enrol",
    "first_passkey",
    "forgot",
    "invitation",
    "join",
    "keep_account",
    "language",
    "link",
    "passkey",
    "passkey_offer",
    "passkey_step",
    "prove_mailbox",
    "reset",
    "revert_email",
    "second_step",
    "select_account",
    "sign_in",
    "sign_out",
    "sign_up",
    "upstream",
]
blueprints = (blueprint,)
