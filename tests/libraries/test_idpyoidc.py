"""idpyoidc, the relying party of the Identity Python community."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from idpyoidc.client.rp_handler import RPHandler

from tests import factories

CALLBACK = "https://rp.example/callback"
SERVICES = {
    "discovery": "provider_info_discovery.ProviderInfoDiscovery",
    "registration": "registration.Registration",
    "authorization": "authorization.Authorization",
    "accesstoken": "access_token.AccessToken",
    "refresh_accesstoken": "refresh_access_token.RefreshAccessToken",
    "userinfo": "userinfo.UserInfo",
    "end_session": "end_session.EndSession",
}
PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
}
SCOPE = ["openid", "profile", "email", "offline_access"]


@pytest.fixture
def handler(wire, settings, tmp_path, monkeypatch):
    """Return a function that makes the library's relying party with these preferences."""
    assert wire is not None
    monkeypatch.chdir(tmp_path)  # it keeps its keys in the folder it runs in

    def made(response_type="code", **preferences):
        services = {
            name: {"class": f"idpyoidc.client.oidc.{path}"} for name, path in SERVICES.items()
        }
        configuration = {
            "issuer": settings.issuer,
            "client_type": "oidc",
            "application_type": "web",
            "redirect_uris": [CALLBACK],
            "response_types_supported": [response_type],
            "scopes_supported": SCOPE,
            "client_authn_methods": ["client_secret_basic", "client_secret_post"],
            "services": services,
            "add_ons": {"pkce": PKCE} if response_type == "code" else {},
            **preferences,
        }
        return RPHandler("https://rp.example", client_configs={settings.issuer: configuration})

    return made


def walk(handler, browser, jane, issuer):
    """Sign in and consent as the library asks for it; return what it makes of the answer."""
    begun = handler.begin(issuer_id=issuer)
    browser.open(begun if isinstance(begun, str) else begun["url"])
    browser.sign_in(*jane)
    browser.allow()
    parts = urlsplit(browser.left_for)
    received = browser.posted or dict(parse_qsl(parts.query or parts.fragment))
    return handler.finalize(issuer, received), received["state"]


def test_code_flow_refresh_and_userinfo(handler, browser, jane, settings):
    """OIDC Core §3.1, §5.3 and §12, as the library understands them."""
    web = factories.client("web", redirect_uris=[CALLBACK])
    library = handler(client_id=web.client_id, client_secret=web.secret)

    result, state = walk(library, browser, jane, settings.issuer)

    assert result["userinfo"]["email"] == jane[0]
    assert result["id_token"]["sub"] == result["userinfo"]["sub"]
    renewed = library.refresh_access_token(state)
    assert renewed["access_token"] != result["token"]
    assert renewed["__verified_id_token"]["sub"] == result["id_token"]["sub"]


@pytest.mark.parametrize("response_type", ["code", "code id_token"])
def test_dynamic_registration_and_hybrid_flows(handler, browser, jane, settings, response_type):
    """RFC 7591 and OIDC Core §3.2 and §3.3: the library registers itself first."""
    library = handler(response_type, client_name="Somebody's app")

    result, _ = walk(library, browser, jane, settings.issuer)

    assert result["issuer"] == settings.issuer
    told = result.get("id_token") or result["userinfo"]
    assert told["sub"]


def test_library_signs_its_user_out(handler, browser, jane, settings):
    """OIDC RP-Initiated Logout 1.0 §2."""
    after = "https://rp.example/signed-out"
    web = factories.client("web", redirect_uris=[CALLBACK], post_logout_redirect_uris=[after])
    library = handler(
        client_id=web.client_id, client_secret=web.secret, post_logout_redirect_uris=[after]
    )
    _, state = walk(library, browser, jane, settings.issuer)

    asked = library.logout(state, post_logout_redirect_uri=after)

    assert browser.open(asked["url"]).left_for.partition("?")[0] == after
    assert browser.open("/account/").at == "/login/sign-in"
