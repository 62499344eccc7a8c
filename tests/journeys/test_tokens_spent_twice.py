"""What is used up stays used up, and whoever tries again loses what came from it."""


def test_code_used_twice_takes_its_tokens_along(rp, browser, jane):
    """RFC 6749 §4.1.2: deny, and revoke all tokens issued from that code."""
    rp.authorize(browser)
    browser.sign_in(*jane)
    browser.allow()
    code = rp.callback(browser).code
    tokens = rp.redeem(code).json

    again = rp.redeem(code)

    assert (again.status, again.json["error"]) == (400, "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_refresh_token_rotates(rp, browser, jane):
    """RFC 9700 §4.14.2: every use gives a successor."""
    rp.scope = "openid profile offline_access"
    first = rp.sign_in(browser, *jane)

    second = rp.refresh(first["refresh_token"]).json

    assert second["refresh_token"] != first["refresh_token"]
    assert rp.userinfo(second["access_token"]).status == 200


def test_client_that_lost_the_answer_gets_the_same_again(rp, browser, jane, clock):
    """A retry within ten seconds is told what the first was told: never a fork."""
    rp.scope = "openid profile offline_access"
    tokens = rp.sign_in(browser, *jane)
    lost = rp.refresh(tokens["refresh_token"]).json
    clock.move(seconds=5)

    again = rp.refresh(tokens["refresh_token"]).json

    assert again["refresh_token"] == lost["refresh_token"]
    assert again["access_token"] == lost["access_token"]


def test_refresh_token_used_twice_takes_its_family_along(rp, browser, jane, clock):
    """RFC 9700 §4.14.2: a thief and its owner cannot both hold it."""
    rp.scope = "openid profile offline_access"
    stolen = rp.sign_in(browser, *jane)["refresh_token"]
    own = rp.refresh(stolen).json
    clock.move(seconds=11)

    assert rp.refresh(stolen).json["error"] == "invalid_grant"
    assert rp.refresh(own["refresh_token"]).json["error"] == "invalid_grant"
    assert rp.userinfo(own["access_token"]).status == 401


def test_token_given_back_is_dead_at_once(rp, browser, jane):
    """RFC 7009 §2.1: revoking the refresh token ends the access token too."""
    rp.scope = "openid profile offline_access"
    tokens = rp.sign_in(browser, *jane)

    assert rp.revoke(tokens["refresh_token"]).status == 200

    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.introspect(tokens["access_token"]).json == {"active": False}


def test_client_cannot_use_what_belongs_to_another(register, browser, jane):
    """RFC 6749 §5.2, §6: codes and refresh tokens are bound to their client."""
    rp, other = register(), register()
    rp.scope = "openid offline_access"
    tokens = rp.sign_in(browser, *jane)
    rp.authorize(browser)
    code = rp.callback(browser).code
    other.sent = rp.sent

    assert other.redeem(code).json["error"] == "invalid_grant"
    assert other.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert other.introspect(tokens["access_token"]).json == {"active": False}
    assert rp.refresh(tokens["refresh_token"]).status == 200
