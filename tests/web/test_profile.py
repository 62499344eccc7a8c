"""One's own details on the account page, as applications see them (OIDC Core §5.1)."""

from __future__ import annotations

import pytest

from app.models import User

DETAILS = {
    "given_name": "Jane",
    "middle_name": "Q",
    "family_name": "Doe",
    "nickname": "jd",
    "preferred_username": "jane",
    "birthdate": "1990-01-31",
    "gender": "woman",
    "locale": "en-GB",  # another one would be that of the page which says that it is saved
    "zoneinfo": "Europe/Paris",
    "phone_number": "+33 1 23 45 67 89",
    "website": "https://jane.example",
    "profile": "https://jane.example/me",
    "picture": "https://jane.example/me.png",
}


def save(browser, **values):
    """Fill in the page and save it."""
    return browser.open("/account/profile").press("save", **values)


def test_strangers_sign_in_first(browser):
    assert browser.open("/account/profile").at == "/login/sign-in"


def test_account_leads_to_the_details(signed_in):
    signed_in.open("/account/").follow("Profile")

    assert signed_in.at == "/account/profile"


def test_details_are_saved_and_shown_again(signed_in, db):
    save(
        signed_in, **DETAILS, street_address="1 Rue X\r\nBât. B", locality="Paris", country="France"
    )

    assert signed_in.sees("Your details are saved.")
    user = db.session.query(User).filter_by(email="jane@people.example").one()
    assert {name: getattr(user, name) for name in DETAILS} == DETAILS
    assert user.address == {
        "street_address": "1 Rue X\nBât. B",
        "locality": "Paris",
        "country": "France",
        "formatted": "1 Rue X\nBât. B\nParis\nFrance",
    }
    signed_in.open("/account/profile")
    assert signed_in.element("given_name").get("value") == "Jane"


def test_every_fault_is_told_at_once(signed_in):
    save(signed_in, phone_number="abc", birthdate="yesterday", nickname="jd")

    assert signed_in.status == 422
    wrong = {one.get("name") for one in signed_in.shown.root.walk() if one.has("aria-invalid")}
    assert wrong == {"phone_number", "birthdate"}
    assert signed_in.element("nickname").get("value") == "jd"


def test_time_zones_are_cities_in_groups(signed_in):
    zones = signed_in.open("/account/profile").element("zoneinfo")

    europe = next(group for group in zones.find_all("optgroup") if group.get("label") == "Europe")
    cities = {option.text: option.get("value") for option in europe.find_all("option")}
    assert cities["Berlin"] == "Europe/Berlin"
    assert cities["Kyiv"] == "Europe/Kyiv"
    assert "Kiev" not in cities
    named = [option.get("value") for option in zones.find_all("option")]
    assert len(named) == len(set(named))
    assert "UTC" in named


def test_time_zones_are_called_as_people_call_them(signed_in, jane, db):
    jane.locale, jane.zoneinfo = "fr-FR", "US/Eastern"
    db.session.commit()

    zones = signed_in.open("/account/profile").element("zoneinfo")

    words = {option.get("value"): option.text for option in zones.find_all("option")}
    assert words["Europe/London"] == "Londres"
    assert words["US/Eastern"] == "US/Eastern", "what somebody has can be kept"


def test_applications_see_what_is_saved(rp, signed_in):
    save(signed_in, nickname="jd")
    rp.authorize(signed_in)
    signed_in.allow()
    tokens = rp.redeem(rp.callback(signed_in).code).json

    claims = rp.userinfo(tokens["access_token"]).json

    assert claims["nickname"] == "jd"
    assert "gender" not in claims


def test_emptied_details_are_gone(signed_in, db):
    save(signed_in, nickname="jd", country="France")
    save(signed_in, nickname="", country="")

    user = db.session.query(User).filter_by(email="jane@people.example").one()
    assert (user.nickname, user.address) == (None, None)


def test_new_phone_number_is_not_verified(signed_in, db):
    user = db.session.query(User).filter_by(email="jane@people.example").one()
    user.phone_number, user.phone_number_verified = "+33 123 456 789", True
    db.session.commit()
    save(signed_in, nickname="jd")
    db.session.expire_all()
    assert user.phone_number_verified

    save(signed_in, phone_number="+33 223 456 789")

    db.session.expire_all()
    assert not user.phone_number_verified


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birthdate", "31.1.1990"),
        ("locale", "English!"),
        ("website", "ftp://jane.example"),
        ("picture", "me.png"),
        ("given_name", "Jane\u202eeoD"),
        ("nickname", "x" * 300),
    ],
)
def test_fault_stands_at_its_field_and_nothing_is_saved(signed_in, db, name, value):
    save(signed_in, **{"family_name": "Doe", name: value})

    assert signed_in.status == 422
    assert signed_in.has(f"{name}-error")
    user = db.session.query(User).filter_by(email="jane@people.example").one()
    assert user.family_name is None


@pytest.mark.one_engine
def test_examples_and_values_keep_their_order_from_right_to_left(signed_in):
    """Read after Arabic, 1990-01-31 would begin with the day (UAX #9 §3.3.4, rule W2)."""
    signed_in.language = "ar"

    signed_in.open("/account/profile")

    for example in ("1990-01-31", "+33 1 23 45 67 89", "https://"):
        assert signed_in.sees(f"\u2066{example}\u2069"), example
    for name, keyboard in (("phone_number", "tel"), ("website", "url"), ("picture", "url")):
        assert signed_in.element(name).get("inputmode") == keyboard, name


def test_time_zone_is_one_of_the_list(signed_in):
    token = signed_in.open("/account/profile").csrf_token

    signed_in.post("/account/profile", {"csrf_token": token, "zoneinfo": "Mars/Olympus"})

    assert signed_in.status == 422


def test_other_sites_change_nothing(signed_in, db):
    signed_in.post("/account/profile", {"nickname": "x"}, from_site="https://evil.example")

    assert db.session.query(User).filter_by(email="jane@people.example").one().nickname is None
