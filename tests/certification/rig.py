"""What the certification suite does in every module: asks, follows the pages, and checks.

A warning of the suite is a failure here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from math import log2
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.clock import timestamp
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.relying_party import RelyingParty
from tests.secrets_seen import remember
from tests.transports import Answer

#: Claims that an ID token may hold without being asked (protocol.md 2.7).
UNASKED = frozenset(
    {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash"}
    | {"c_hash", "s_hash", "nbf", "jti", "sid", "txn"}
)
ERROR_MEMBERS = {"error", "error_description", "error_uri", "state", "session_state", "iss"}
BIRTHDATE = re.compile(r"(\d{4}|0000)(-\d{2}-\d{2})?")
BOOLEANS = {"email_verified", "phone_number_verified"}


@dataclass
class Rig:
    """One dynamically registered client, its browser, and the person at it."""

    rp: RelyingParty
    browser: Browser
    email: str
    response_type: str = "code"
    response_mode: str | None = None
    #: How often the pages asked for a password.
    signed_in: int = 0
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """Return what the response carries."""
        return self.response_type.split()

    @property
    def place(self) -> str:
        """Return where the response has to be."""
        return self.response_mode or ("query" if self.response_type == "code" else "fragment")

    def send(self, *, method: str = "GET", **changes: str | None) -> dict[str, str]:
        """Send an authorization request, go through the pages, return the checked response."""
        parameters: dict[str, str | None] = {
            "response_type": self.response_type,
            "response_mode": self.response_mode,
            "code_challenge": None,
            "code_challenge_method": None,
            "scope": "openid",
            **changes,
        }
        self.browser.left_for = ""
        self.rp.authorize(self.browser, method=method, **parameters)
        if not self.browser.left_for and self.browser.has("sign-in"):
            self.signed_in += 1
            self.browser.sign_in(self.email, PASSWORD)
        if not self.browser.left_for and self.browser.has("allow"):
            self.browser.allow()
        return self.received()

    def received(self) -> dict[str, str]:
        """Return the response after the checks of protocol.md 2.4."""
        assert self.browser.left_for, self.browser.shown.text[:300]
        assert self.rp.sent is not None
        parts = urlsplit(self.browser.left_for)
        own = parse_qsl(urlsplit(self.rp.redirect_uri).query)
        query = [pair for pair in parse_qsl(parts.query) if pair not in own]
        found = {
            "query": query,
            "fragment": parse_qsl(parts.fragment),
            "form_post": list(self.browser.posted.items()),
        }
        pairs = found.pop(self.place)
        assert not any(found.values()), f"in another place: {found}"
        response = dict(pairs)
        assert len(response) == len(pairs)
        assert response.get("state") == self.rp.sent.get("state")
        assert response["iss"] == self.rp.issuer
        for name in ("code", "access_token", "id_token"):
            remember(response.get(name, ""))
        return response

    def error(self, **changes: str | None) -> str:
        """Return the error of a response (protocol.md 2.5)."""
        response = self.send(**changes)
        assert "code" not in response
        assert set(response) <= ERROR_MEMBERS
        described = response.get("error_description", "")
        assert all(" " <= sign <= "~" and sign not in '"\\' for sign in described)
        return response["error"]

    def succeed(self, **changes: str | None) -> dict[str, Any]:
        """Go the whole way; return claims, tokens and userinfo after every check."""
        response = self.send(**changes)
        assert "error" not in response, response
        made: dict[str, Any] = {"response": response, "access_token": response.get("access_token")}
        if "id_token" in self.words:
            made["claims"] = self.id_token(response["id_token"], response)
        if "code" in self.words:
            check_random(response["code"])
            made["tokens"] = self.redeem(response["code"])
            made["access_token"] = made["tokens"]["access_token"]
            later = self.id_token(made["tokens"]["id_token"], {})
            assert later["sub"] == made.setdefault("claims", later)["sub"]
        if made["access_token"]:
            made["userinfo"] = self.userinfo(made["access_token"], sub=made["claims"]["sub"])
        return made

    def redeem(self, code: str) -> dict[str, Any]:
        """Redeem a code (protocol.md 2.6)."""
        answer = self.rp.redeem(code, code_verifier=None)
        assert answer.status == 200, answer.text
        tokens = answer.json
        assert tokens["token_type"].lower() == "bearer"
        assert type(tokens["expires_in"]) is int
        assert 0 < tokens["expires_in"] <= 31_536_000
        assert "no-store" in answer.headers["cache-control"]
        return tokens

    def id_token(self, token: str, response: dict[str, str]) -> dict[str, Any]:
        """Return the claims of an ID token (protocol.md 2.7); hashes go with the response."""
        with_code = response.get("code", "")
        claims = self.rp.verify_id_token(
            token, access_token=response.get("access_token", ""), code=with_code
        )
        if "userinfo" not in self.asked and self.words != ["id_token"]:
            assert set(claims) <= UNASKED | set(self.asked), set(claims) - UNASKED
        check_types({name: claims[name] for name in set(claims) - UNASKED})
        return claims

    def userinfo(self, access_token: str, *, sub: str, way: str = "get") -> dict[str, Any]:
        """Return the claims of userinfo (protocol.md 2.8)."""
        answer = self.rp.userinfo(access_token, way=way)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"].partition(";")[0] == "application/json"
        assert answer.json["sub"] == sub
        check_types(answer.json)
        return answer.json

    def is_refused_here(self, **changes: str | None) -> Answer:
        """Send a request that must lead nowhere; return the page."""
        self.browser.left_for = ""
        self.rp.authorize(
            self.browser,
            **{
                "response_type": self.response_type,
                "response_mode": self.response_mode,
                "code_challenge": None,
                "code_challenge_method": None,
                **changes,
            },
        )
        assert not self.browser.left_for
        assert self.browser.has("problem")
        assert self.browser.answer is not None
        return self.browser.answer


def check_random(value: str) -> None:
    """Check length and entropy of a code or token, as the suite computes it (protocol.md 2.4)."""
    shares = [value.count(sign) / len(value) for sign in set(value)]
    assert len(value) >= 16
    assert -sum(share * log2(share) for share in shares) * len(value) > 96
    assert value.isascii()
    assert value.isprintable()


def check_types(claims: dict[str, Any]) -> None:
    """Check that claims have their types, and that none is empty (protocol.md 2.8)."""
    for name, value in claims.items():
        if name in BOOLEANS:
            assert isinstance(value, bool), name
        elif name == "updated_at":
            assert 631_152_000 < value <= timestamp()
        elif name == "address":
            assert value
            assert all(isinstance(part, str) and part for part in value.values())
        else:
            assert isinstance(value, str), name
            assert value.strip() not in {"", "null"}, name
        if name == "birthdate":
            assert BIRTHDATE.fullmatch(value)
            assert 1850 <= int(value[:4]) <= date.today().year  # noqa: DTZ011 (a year is enough)
