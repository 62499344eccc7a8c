"""Make one of each noun, committed; every function needs a context of the application (`db`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import update

from app.clock import now
from app.database import db
from app.models import Client, Consent, Password, Session, Totp, User, UserEmail
from app.security import passwords, secrets, totp
from app.services.authorization import sessions
from app.services.clients import clients
from app.services.clients.client_metadata import KINDS, Kind, validate
from app.services.people import passkeys, recovery_codes
from app.services.people import totp as apps
from tests.authenticator import Authenticator
from tests.phone import Phone
from tests.relying_party import CALLBACK
from tests.secrets_seen import remember

PASSWORD = "correct horse battery staple"

_numbers = count(1)
#: Every claim a person can have, as a certification run wants it (protocol.md 2.9).
CLAIMS: dict[str, Any] = {
    "name": "Jane Doe",
    "given_name": "Jane",
    "family_name": "Doe",
    "middle_name": "Q",
    "nickname": "jd",
    "preferred_username": "jane",
    "profile": "https://people.example/jane",
    "picture": "https://people.example/jane.png",
    "website": "https://jane.example",
    "gender": "female",
    "birthdate": "1990-01-31",
    "zoneinfo": "Europe/Paris",
    "locale": "fr-FR",
    "phone_number": "+33 1 23 45 67 89",
    "phone_number_verified": True,
    "address": {"formatted": "1 Rue X\n69001 Lyon", "country": "FR"},
}


@dataclass(frozen=True)
class Registered:
    """A client with the secret it was given once."""

    client: Client
    secret: str | None

    @property
    def client_id(self) -> str:
        """Return its identifier on the wire."""
        return self.client.client_id


@cache
def hashed(password: str) -> str:
    """Return a real Argon2id hash, made once for each password."""
    return passwords.HASHER.hash(passwords.normalize(password))


def user(email: str | None = None, *, password: str | None = PASSWORD, **columns: Any) -> User:
    """Make a person with a verified address and a password; None gives them no password."""
    email = email or f"person{next(_numbers)}@people.example"
    values = {"subject": secrets.new_id(), "email_verified": True, **columns}
    made = User(email=email, email_key=email.casefold(), **values)
    db.session.add(made)
    db.session.flush()
    address(made, email, primary=True)
    if password is not None:
        db.session.add(Password(user_id=made.id, hash=hashed(remember(password))))
    db.session.commit()
    return made


def address(person: User, email: str, *, primary: bool = False) -> UserEmail:
    """Give a person an address; it is confirmed unless it is a primary one that is not."""
    confirmed = person.email_verified or not primary
    made = UserEmail(
        key=email.casefold(),
        user_id=person.id,
        email=email,
        verified_at=now() if confirmed else None,
    )
    db.session.add(made)
    db.session.commit()
    return made


def admin(email: str | None = None, **columns: Any) -> User:
    """Make an administrator."""
    return user(email, is_admin=True, **columns)


def client(kind: Kind = "web", **members: Any) -> Registered:
    """Register a client of this kind; members are those of clients.client_metadata."""
    defaults: dict[str, Any] = {"client_name": f"Client {next(_numbers)}", **KINDS[kind]}
    if kind not in {"device", "machine"}:
        defaults["redirect_uris"] = [CALLBACK]
    made, secret = clients.register(validate({**defaults, **members}))
    db.session.commit()
    return Registered(made, remember(secret) if secret else None)


def phone(person: User) -> tuple[Phone, list[str]]:
    """Give a person a second step; return the phone, no code of which is used, and the codes.

    Sessions stay, as those do that were opened in a trusted browser later.
    """
    seed = remember(totp.seed_of(secrets.new_id(), ""))
    apps.set_up(person, seed, totp.code_at(seed, totp.step_at(now())))
    person.has_second_step = True
    codes = recovery_codes.replace(person.id)
    db.session.execute(update(Totp).values(last_step=0))
    db.session.commit()
    return Phone(seed), [remember(code) for code in codes]


def passkey(person: User, **traits: Any) -> Authenticator:
    """Give a person a passkey; traits are those of an Authenticator."""
    device = Authenticator(**traits)
    options = passkeys.begin_registration(person, browser="theirs")
    assert options is not None, "the provider has a name"
    passkeys.finish_registration(person, device.make(options), browser="theirs", name="Laptop")
    db.session.commit()
    return device


def session(person: User, **facts: Any) -> tuple[Session, str]:
    """Sign a person in; return the session and the token its cookie holds."""
    opened, token = sessions.open(person, amr=("pwd",), **facts)
    db.session.commit()
    return db.session.get_one(Session, opened.session_id), remember(token)


def consent(person: User, registered: Registered, scope: str = "openid profile email") -> Consent:
    """Let a person have allowed a client these scopes."""
    given = Consent(user_id=person.id, client_pk=registered.client.id, scope=scope)
    db.session.add(given)
    db.session.commit()
    return given
