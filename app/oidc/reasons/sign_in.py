"""Why a person could not sign in; what they read themselves is on the page they see.

Administrators read these in their own language: each text is marked for translators here, and
translated where it is shown.
"""

from __future__ import annotations

from app.oidc.reasons.reason import ACCOUNT, Mender, Reason
from app.words import N_


def _row(
    code: str, description: str, fix: str, *, mender: Mender = "person", setting: str = ""
) -> Reason:
    return Reason(code, "", description, fix, 422, mender, setting)


ROWS = (
    _row(
        "password_wrong",
        N_("The address and the password did not match."),
        N_("The person types both again. Look whether there is an account with this address."),
    ),
    _row(
        "sign_in_throttled",
        N_("Too many tries: the sign-in has to wait."),
        N_("It ends by itself. If it was not the person, somebody is guessing the password."),
    ),
    _row(
        "second_step_wrong",
        N_("The code of the second step was not right."),
        N_(
            "The person looks at the authenticator app again; the clock of the phone must be right."
        ),
    ),
    _row(
        "second_step_used",
        N_("The code of the second step was used before."),
        N_("The person waits half a minute for the next one."),
    ),
    _row(
        "app_locked",
        N_("The authenticator app is locked: too many codes in a row were wrong."),
        N_(
            "The person uses a recovery code or a passkey, and changes the password: somebody else"
            " may know it. Without either, reset the second step."
        ),
        setting=ACCOUNT,
    ),
    _row(
        "mailbox_code_wrong",
        N_("The code from the mail was not right, before a second step could be set up."),
        N_("The person types the code of the newest mail, or asks for a new one."),
    ),
    _row(
        "recovery_code_wrong",
        N_("The recovery code was not right, or was used before."),
        N_("The person tries another one of the ten. Without any left, reset the second step."),
        setting=ACCOUNT,
    ),
    _row(
        "passkey_wrong",
        N_("The passkey did not pass a check."),
        N_("The person tries again. The check names what was wrong with the browser's answer."),
    ),
    _row(
        "passkey_unknown",
        N_("The passkey is nobody's: it was removed, or its account is gone."),
        N_("The person signs in another way, and deletes the passkey on the device."),
    ),
    _row(
        "passkey_stale",
        N_("The page was open too long, or the passkey's answer was sent twice."),
        N_("The person tries again."),
    ),
    _row(
        "passkey_copied",
        N_("The passkey's counter went back: there may be a copy of it."),
        N_("The person was told by mail; they remove the passkey and make a new one."),
        setting=ACCOUNT,
    ),
    _row(
        "user_code_wrong",
        N_("The code of a device was not right, was used before, or has expired."),
        N_("The person types what the device shows, or lets it show a new one."),
    ),
    _row(
        "user_codes_throttled",
        N_("Too many codes of devices were wrong: the next one has to wait."),
        N_("It ends by itself. If it was not the person, somebody is guessing codes."),
    ),
    _row(
        "device_gone",
        N_("The device waits no more: too late, or answered already."),
        N_("The person lets the device show a new code."),
    ),
    _row(
        "account_turned_off",
        N_("The account is turned off."),
        N_("Turn the account on again, if that is right."),
        mender="admin",
        setting=ACCOUNT,
    ),
)
