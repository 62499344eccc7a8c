"""Codes, refresh tokens, access tokens and sign-outs that are not used as they are meant."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from app.services.people import accounts
from tests import factories
from tests.oidc.mistakes.bench import Bench, Mistake, Seen
from tests.secrets_seen import remember

AFTER = "https://rp.example/signed-out"


def _redeem(changes: dict[str, Any], bench: Bench) -> Seen:
    scene = bench.scene()
    return bench.answered(scene.rp.redeem(scene.code(), **changes))


def _twice(bench: Bench) -> Seen:
    scene = bench.scene()
    code = scene.code()
    scene.rp.redeem(code)
    return bench.answered(scene.rp.redeem(code))


def _late(bench: Bench) -> Seen:
    scene = bench.scene()
    code = scene.code()
    bench.clock.move(minutes=5)
    return bench.answered(scene.rp.redeem(code))


def _by_another(bench: Bench) -> Seen:
    scene = bench.scene()
    other = bench.make_rp(factories.client())
    code = scene.code()
    other.sent = scene.rp.sent
    return bench.answered(other.redeem(code))


def _no_challenge(bench: Bench) -> Seen:
    scene = bench.scene(pkce_required=False)
    code = scene.code(code_challenge=None, code_challenge_method=None)
    return bench.answered(scene.rp.redeem(code))


def _form(fields: dict[str, Any], bench: Bench) -> Seen:
    scene = bench.scene()
    return bench.answered(scene.rp.call(scene.rp.endpoint("token"), dict(fields)))


def _as_json(bench: Bench) -> Seen:
    rp = bench.scene().rp
    headers = {"Content-Type": "application/json"}
    return bench.answered(
        rp.transport.send("POST", rp.endpoint("token"), headers=headers, content=b"{}")
    )


def _in_the_url(bench: Bench) -> Seen:
    rp = bench.scene().rp
    url = f"{rp.endpoint('token')}?grant_type=client_credentials"
    return bench.answered(rp.transport.send("POST", url, form={}))


def _refresh(changes: dict[str, Any], bench: Bench) -> Seen:
    scene = bench.scene()
    token = changes.get("refresh_token") or scene.tokens()["refresh_token"]
    return bench.answered(scene.rp.refresh(**{**changes, "refresh_token": token}))


def _rotated(bench: Bench) -> Seen:
    scene = bench.scene()
    token = scene.tokens()["refresh_token"]
    successor = scene.rp.refresh(token).json["refresh_token"]
    scene.rp.refresh(successor)
    return bench.answered(scene.rp.refresh(token))


def _refresh_by_another(bench: Bench) -> Seen:
    token = bench.scene().tokens()["refresh_token"]
    other = bench.make_rp(factories.client(grant_types=["authorization_code", "refresh_token"]))
    return bench.answered(other.refresh(token))


def _refresh_late(bench: Bench) -> Seen:
    scene = bench.scene()
    token = scene.tokens(scope="openid offline_access")["refresh_token"]
    bench.clock.move(days=60)
    return bench.answered(scene.rp.refresh(token))


def _refresh_signed_out(bench: Bench) -> Seen:
    scene = bench.scene()
    token = scene.tokens()["refresh_token"]
    scene.browser.sign_out()
    return bench.answered(scene.rp.refresh(token))


def _refresh_account_off(bench: Bench) -> Seen:
    scene = bench.scene()
    token = scene.tokens()["refresh_token"]
    accounts.turn_off(scene.person)
    bench.db.session.commit()
    return bench.answered(scene.rp.refresh(token))


def _userinfo(change: str, bench: Bench) -> Seen:
    scene = bench.scene()
    tokens = scene.tokens()
    token = tokens["access_token"]
    if change == "late":
        bench.clock.move(hours=2)
    elif change == "revoked":
        scene.rp.revoke(token)
    elif change == "signed out":
        scene.browser.sign_out()
    elif change == "account off":
        accounts.turn_off(scene.person)
        bench.db.session.commit()
    elif change == "application off":
        bench.turn_off(scene)
    elif change == "id token":
        token = tokens["id_token"]
    return bench.answered(scene.rp.userinfo(token))


def _userinfo_bare(bench: Bench) -> Seen:
    rp = bench.scene().rp
    return bench.answered(rp.transport.send("GET", rp.endpoint("userinfo")))


def _userinfo_in_the_url(bench: Bench) -> Seen:
    scene = bench.scene()
    token = scene.tokens()["access_token"]
    url = f"{scene.rp.endpoint('userinfo')}?access_token={token}"
    return bench.answered(scene.rp.transport.send("GET", url))


def _userinfo_opaque_late(bench: Bench) -> Seen:
    scene = bench.scene(access_token_format="opaque")
    token = scene.tokens()["access_token"]
    bench.clock.move(hours=2)
    return bench.answered(scene.rp.userinfo(token))


def _userinfo_of_a_machine(bench: Bench) -> Seen:
    rp = bench.make_rp(factories.client("machine", scope="a"))
    return bench.answered(rp.userinfo(rp.client_credentials().json["access_token"]))


def _sign_out(changes: dict[str, Any], bench: Bench) -> Seen:
    scene = bench.scene(post_logout_redirect_uris=[AFTER])
    hint = remember(scene.tokens()["id_token"])
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER, **changes}
    scene.browser.open(f"{scene.rp.endpoint('end_session')}?{urlencode(sent, quote_via=quote)}")
    return bench.shown(scene)


MISTAKES = [
    Mistake("code sent twice", _twice, "code_used", joins=True),
    Mistake("code redeemed late", _late, "code_expired", joins=True),
    Mistake("code of another application", _by_another, "code_of_another_client", joins=True),
    Mistake(
        "code mistyped",
        partial(_form, {"grant_type": "authorization_code", "code": "x"}),
        "code_unknown",
    ),
    Mistake("no code", partial(_form, {"grant_type": "authorization_code"}), "parameter_missing"),
    Mistake(
        "another address at the token endpoint",
        partial(_redeem, {"redirect_uri": "https://rp.example/"}),
        "code_redirect_uri_differs",
        joins=True,
    ),
    Mistake(
        "no address at the token endpoint",
        partial(_redeem, {"redirect_uri": None}),
        "code_redirect_uri_differs",
        joins=True,
    ),
    Mistake(
        "no verifier",
        partial(_redeem, {"code_verifier": None}),
        "code_verifier_missing",
        joins=True,
    ),
    Mistake(
        "verifier of another sign-in",
        partial(_redeem, {"code_verifier": "v" * 43}),
        "code_verifier_wrong",
        joins=True,
    ),
    Mistake("verifier without a challenge", _no_challenge, "code_verifier_unexpected", joins=True),
    Mistake("no grant_type", partial(_form, {}), "grant_type_missing"),
    Mistake("password grant", partial(_form, {"grant_type": "password"}), "grant_type_unsupported"),
    Mistake(
        "grant not allowed",
        partial(_form, {"grant_type": "client_credentials"}),
        "grant_type_not_allowed",
    ),
    Mistake("JSON in place of a form", _as_json, "wrong_content_type"),
    Mistake("parameters in the address", _in_the_url, "query_not_allowed"),
    Mistake("refresh token used again", _rotated, "refresh_token_reused", joins=True),
    Mistake(
        "refresh token of another application",
        _refresh_by_another,
        "refresh_token_of_another_client",
        joins=True,
    ),
    Mistake(
        "refresh token mistyped", partial(_refresh, {"refresh_token": "x"}), "refresh_token_unknown"
    ),
    Mistake("refresh token after two months", _refresh_late, "refresh_token_expired", joins=True),
    Mistake("refresh after the sign-out", _refresh_signed_out, "session_ended", joins=True),
    Mistake(
        "refresh for an account that is off", _refresh_account_off, "user_turned_off", joins=True
    ),
    Mistake(
        "refresh for more than was granted",
        partial(_refresh, {"scope": "openid photos:write"}),
        "scope_widened",
        joins=True,
    ),
    Mistake("userinfo without a token", _userinfo_bare, "bearer_missing"),
    Mistake("userinfo with the token in the address", _userinfo_in_the_url, "bearer_in_query"),
    Mistake("userinfo with an ID token", partial(_userinfo, "id token"), "access_token_unknown"),
    Mistake("userinfo too late", partial(_userinfo, "late"), "access_token_expired", joins=True),
    Mistake("userinfo too late, opaque", _userinfo_opaque_late, "access_token_expired", joins=True),
    Mistake(
        "userinfo with a revoked token",
        partial(_userinfo, "revoked"),
        "access_token_revoked",
        joins=True,
    ),
    Mistake(
        "userinfo after the sign-out", partial(_userinfo, "signed out"), "session_ended", joins=True
    ),
    Mistake(
        "userinfo for an account that is off",
        partial(_userinfo, "account off"),
        "user_turned_off",
        joins=True,
    ),
    Mistake(
        "userinfo for an application that is off",
        partial(_userinfo, "application off"),
        "client_turned_off",
        joins=True,
    ),
    Mistake("userinfo for a machine", _userinfo_of_a_machine, "scope_insufficient"),
    Mistake(
        "address after sign-out with a slash",
        partial(_sign_out, {"post_logout_redirect_uri": f"{AFTER}/"}),
        "post_logout_redirect_uri_mismatch",
        cause="trailing_slash",
        joins=True,
    ),
    Mistake(
        "sign-out with a broken hint",
        partial(_sign_out, {"id_token_hint": "x"}),
        "logout_hint_unusable",
    ),
    Mistake(
        "sign-out for another application",
        partial(_sign_out, {"client_id": "other"}),
        "logout_client_differs",
    ),
]
