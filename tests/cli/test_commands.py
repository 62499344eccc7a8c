"""The command line: the same rules as the pages, exit codes a script can trust, JSON everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models import Client, User
from app.security import passwords
from app.security.jose import ALGORITHMS
from app.services.authorization import keys
from app.services.clients import clients
from tests import factories
from tests.relying_party import DEVICE_CODE
from tests.secrets_seen import remember

PASSWORD = "purple llamas hum at noon"
CALLBACK = "https://photos.example/cb"


def create_user(answer, *options, email="ada@people.example"):
    """Make a user from the command line."""
    words = ("user", "create", email, "--password-stdin", *options)
    return answer(*words, typed=f"{remember(PASSWORD)}\n")


def test_claims_of_a_user_are_set(answer, run, db):
    (made,) = create_user(answer)

    code, printed = run("user", "set", "ada@people.example", "nickname=Ada", "birthdate=1815-12-10")

    assert code == 0, printed
    user = db.session.get(User, made["id"])
    assert (user.nickname, user.birthdate) == ("Ada", "1815-12-10")
    assert run("user", "set", "ada@people.example", "nickname")[0] != 0
    assert run("user", "set", "nobody@people.example", "nickname=x")[0] != 0


def test_user_is_created_with_the_password_typed(answer, db):
    (made,) = create_user(answer, "--name", "Ada")

    user = db.session.get(User, made["id"])
    assert (user.email, user.name, user.subject) == ("ada@people.example", "Ada", made["subject"])
    assert not user.is_admin
    assert not user.email_verified
    stored = db.session.scalar(select(factories.Password.hash))
    assert passwords.verify_password(stored, PASSWORD)


def test_address_is_confirmed_where_no_mail_arrives(answer, run, db):
    """ux.md 2.1: the way in for somebody whose address nobody has confirmed."""
    (made,) = create_user(answer)

    (told,) = answer("user", "verify", "ada@people.example", "--reason", "Sits next to me.")

    assert told == {"email": "ada@people.example", "email_verified": True}
    assert db.session.get(User, made["id"]).email_verified
    assert run("user", "verify", "ada@people.example")[0] != 0, "a reason is needed"
    assert run("user", "verify", "nobody@people.example", "--reason", "x")[0] != 0


def test_administrator_is_created_on_purpose(answer, db):
    """ux.md 2.15: the twin of the set-up page, which sends no mail either."""
    (made,) = create_user(answer, "--admin")

    user = db.session.get(User, made["id"])
    assert user.is_admin
    assert user.email_verified


@pytest.mark.parametrize(("typed", "words"), [("short\n", "password"), ("\n", "password")])
def test_weak_password_makes_nobody(run, db, typed, words):
    code, printed = run("user", "create", "ada@people.example", "--password-stdin", typed=typed)

    assert code == 1
    assert words in printed
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_taken_address_makes_nobody(run, answer, db):
    create_user(answer)

    words = ("user", "create", "ADA@people.example", "--password-stdin")
    code, printed = run(*words, typed=f"{PASSWORD}\n")

    assert code == 1
    assert "There is an account with this email address already." in printed


def test_password_is_not_taken_from_the_command_line(run, db):
    """Arguments can be read by every process of the machine."""
    code, printed = run("user", "create", "ada@people.example")

    assert code == 2
    assert "--password-stdin" in printed


def test_client_is_registered_and_its_secret_printed_once(answer, run, db):
    made = answer("client", "create", "--name", "Photo Box", "--redirect-uri", CALLBACK)[0]

    client = clients.get(made["client_id"])
    assert client.check_client_secret(remember(made["client_secret"]))
    assert made["client_secret"] not in run("client", "list")[1]


@pytest.mark.parametrize("kind", ["spa", "native"])
def test_client_on_a_device_has_no_secret(answer, kind):
    words = ("client", "create", "--name", "Photos", "--redirect-uri", CALLBACK, "--type", kind)

    assert answer(*words)[0]["client_secret"] is None


def test_machine_needs_no_address(answer):
    made = answer("client", "create", "--name", "Backup", "--type", "machine")[0]

    assert clients.get(made["client_id"]).setting("grant_types") == ["client_credentials"]
    remember(made["client_secret"])


def test_device_needs_neither_address_nor_secret(answer):
    """README, stable surface: `client create --type device` (RFC 8628)."""
    made = answer("client", "create", "--name", "TV", "--type", "device")[0]

    assert made["client_secret"] is None
    client = clients.get(made["client_id"])
    assert client.setting("grant_types") == [DEVICE_CODE, "refresh_token"]


@pytest.mark.parametrize(
    ("options", "member"),
    [
        (("--name", "", "--redirect-uri", CALLBACK), "client_name"),
        (("--name", "Photo Box"), "redirect_uris"),
        (("--name", "Photo Box", "--redirect-uri", "http://photos.example"), "redirect_uris"),
        (("--name", "Safe\u202egpj", "--redirect-uri", CALLBACK), "client_name"),
    ],
)
def test_bad_client_is_refused_with_its_member(run, db, options, member):
    """security.md RG02: the same validator as the form."""
    code, printed = run("client", "create", *options)

    assert code == 1
    assert f"{member}: " in printed
    assert db.session.scalar(select(func.count()).select_from(Client)) == 0


def test_client_is_changed_member_by_member(answer, db):
    registered = factories.client()

    printed = answer(
        "client",
        "set",
        registered.client_id,
        "trusted=true",
        "access_token_lifetime=120",
        "client_uri=https://photos.example/",
        'grant_types=["authorization_code"]',
    )[0]

    client = clients.get(registered.client_id)
    assert client.registration == printed
    assert client.setting("trusted") is True
    assert client.setting("access_token_lifetime") == 120
    assert client.setting("client_uri") == "https://photos.example/"
    assert client.setting("grant_types") == ["authorization_code"]


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("trustd=true", "no client setting called trustd"),
        ("access_token_lifetime=5", "Give 60 or more."),
        ("redirect_uris=[]", "at least one redirect address"),
        ("trusted", "is not FIELD=VALUE"),
    ],
)
def test_wrong_change_changes_nothing(run, db, assignment, words):
    registered = factories.client()
    before = clients.get(registered.client_id).registration

    code, printed = run("client", "set", registered.client_id, "client_name=Other", assignment)

    assert code in {1, 2}
    assert words in printed
    assert clients.get(registered.client_id).registration == before


def test_unknown_client_cannot_be_changed(run):
    code, printed = run("client", "set", "nobody", "trusted=true")

    assert code == 1
    assert "There is no application with this client ID." in printed


def test_clients_are_listed_by_name_one_a_line(answer, run, db):
    factories.client(client_name="beta")
    factories.client("spa", client_name="Alpha")

    listed = answer("client", "list")

    assert [(row["name"], row["kind"]) for row in listed] == [("Alpha", "spa"), ("beta", "web")]
    assert len(run("client", "list")[1].splitlines()) == 2


def test_keys_are_listed(answer):
    listed = answer("key", "list")

    assert {(row["alg"], row["state"]) for row in listed} == {
        (alg, state) for alg in keys.KINDS for state in ("current", "next")
    }


def test_every_algorithm_is_rotated_unless_one_is_named(answer):
    before = {alg: keys.signer(alg).kid for alg in ALGORITHMS}

    answer("key", "rotate", "--alg", "ES256")
    after_one = {alg for alg in ALGORITHMS if keys.signer(alg).kid != before[alg]}
    answer("key", "rotate", "--force")
    after_all = {alg for alg in ALGORITHMS if keys.signer(alg).kid != before[alg]}

    assert after_one == {"ES256"}
    assert after_all == set(ALGORITHMS)


def test_key_rotated_a_moment_ago_is_rotated_again_by_force_alone(answer, run):
    answer("key", "rotate", "--alg", "ES256")

    code, printed = run("key", "rotate", "--alg", "ES256")

    assert code == 1
    assert "Try again in 16 minutes" in printed
    (done,) = answer("key", "rotate", "--alg", "ES256", "--force")
    assert done["kid"] == keys.signer("ES256").kid


def test_leaked_key_is_retired_after_the_rotation(answer, run):
    kid = keys.signer("EdDSA").kid
    code, printed = run("key", "retire", kid)
    assert code == 1
    assert "Rotate first" in printed

    answer("key", "rotate", "--alg", "EdDSA")
    (done,) = answer("key", "retire", kid)

    assert done == {"kid": kid, "state": "gone"}
    assert kid not in keys.verifiers()


@pytest.mark.one_engine
def test_key_identifier_that_begins_with_a_dash_is_no_option(run, app):
    """RFC 7638: a thumbprint is base64url, and one in 64 begins like this."""
    code, printed = run("key", "retire", "-eyes-only")

    assert code == 1
    assert "There is no key with this ID" in printed


def test_settings_are_checked(answer, run, settings):
    assert answer("settings", "check") == [{"issuer": settings.issuer, "faults": []}]
    assert "in order" in run("settings", "check")[1]


@pytest.mark.one_engine
def test_table_of_settings_names_every_setting(run, settings):
    printed = run("settings", "table")[1]

    for name in type(settings).model_fields:
        assert f"`SEALWAX_{name.upper()}`" in printed


def test_set_up_link_is_not_needed_once_a_command_made_an_administrator(app, answer, db, clock):
    """The command line does what set-up does (ux.md 2.15)."""
    create_user(answer, "--admin")
    clock.move(timedelta(seconds=1))

    assert app.test_client().get("/setup", base_url="https://id.example").status_code == 404
