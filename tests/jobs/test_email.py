"""Mail goes out once, after its cause is certain, whatever happens to the server in between."""

from __future__ import annotations

import socket
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask_babel import lazy_gettext
from pydantic import SecretStr
from sqlalchemy import select

from app.clock import now
from app.database import commit, rollback
from app.jobs import email
from app.models import Mail
from app.services.upkeep import mail
from tests.mail_server import Server, context_with, make_certificate
from tests.secrets_seen import remember

TO = "jane@people.example"
CODE = "BCDF-GHJK"


@pytest.fixture
def request_context(app, db):
    """Open a request, whose language the mail takes."""
    assert db.engine
    with app.test_request_context(base_url="https://id.example"):
        yield


def enqueue(**changed):
    """Put a mail with a code into the outbox."""
    values = {
        "to": TO,
        "code": remember(CODE),
        "minutes": 30,
        "client": None,
        "link": "",
        **changed,
    }
    mail.enqueue("sign_up_code", **values)
    commit()


def files(settings):
    """Return the mails in the folder."""
    return list(Path(settings.mail_folder).glob("*.eml"))


def row(db):
    """Return the only mail in the outbox."""
    return db.session.scalars(select(Mail).execution_options(populate_existing=True)).one()


def test_what_somebody_has_named_is_no_markup_in_a_mail(request_context, db):
    """RV03, ASVS 1.2.1: whoever names a passkey writes no HTML into a mail of ours."""
    said = lazy_gettext("%(name)s can sign in to your account from now on.", name="<b>x")
    mail.enqueue(
        "account_notice", to=TO, subject=said, sentence=said, changed_at=now(), account_url="x"
    )
    commit()

    letter = mail.read(row(db))
    assert "<b>x" not in letter.html
    assert "&lt;b&gt;x can sign in" in letter.html
    assert "<b>x can sign in" in letter.text


def test_mail_is_written_into_the_folder_and_emptied(request_context, settings, db):
    enqueue()

    email.deliver()

    (file,) = files(settings)
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert (letter["To"], letter["From"]) == (TO, settings.mail_from)
    assert CODE in letter["Subject"]
    assert CODE in letter.get_body(("plain",)).get_content()
    assert CODE in letter.get_body(("html",)).get_content()
    assert file.stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"
    sent = row(db)
    assert sent.sent_at is not None
    assert sent.sealed == ""


def test_mail_whose_cause_was_undone_is_never_sent(request_context, settings, db):
    mail.enqueue("already_registered", to=TO, sign_in_url="https://id.example/login/sign-in")
    rollback()

    email.deliver()

    assert files(settings) == []


def test_mail_is_sent_once_by_any_number_of_processes(request_context, settings, db):
    enqueue()
    (mail_id,) = mail.due()

    first, second = mail.claim(mail_id), mail.claim(mail_id)
    commit()

    assert first is not None
    assert second is None
    mail.sent(mail_id)
    commit()


def test_mail_of_a_process_that_died_is_sent_by_the_next(request_context, settings, db, clock):
    enqueue()
    mail.claim(mail.due()[0])
    commit()
    email.deliver()
    assert files(settings) == []
    clock.move(mail.LEASE)

    email.deliver()

    assert len(files(settings)) == 1


@pytest.mark.parametrize("to", ["a@b.example\r\nBcc: all@b.example", "a@b.example\nX: y", "a b@c"])
def test_address_cannot_bring_a_header(request_context, db, to):
    """RV03."""
    with pytest.raises(ValueError, match="cannot stand in a header"):
        enqueue(to=to)
    rollback()


def test_subject_is_one_line_whatever_it_holds(request_context, settings, db):
    enqueue(code="X\r\nBcc: all@people.example\r\n\r\nbody")

    email.deliver()

    letter = message_from_bytes(files(settings)[0].read_bytes(), policy=default)
    assert letter["Bcc"] is None
    assert "Bcc: all@people.example" in letter["Subject"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a certificate for localhost."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def context(certificate, monkeypatch):
    """Return the server's side of TLS; clients trust its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return context_with(certificate)


@pytest.fixture
def deliver(make_app, db):
    """Return a function that sends what is due to a server."""

    def act(server, scheme="smtp"):
        url = SecretStr(f"{scheme}://jane:p%40ss@localhost:{server.port}")
        with make_app(mail_url=url).app_context():
            email.deliver()

    return act


def test_mail_goes_to_the_server_encrypted_and_with_a_password(
    request_context, settings, db, context, deliver
):
    enqueue()
    server = Server(context)

    deliver(server)

    server.join(5)
    assert server.encrypted
    assert any(line.lower().startswith(f"rcpt to:<{TO}>") for line in server.heard)
    assert any(CODE in line for line in server.heard)
    assert any(line.startswith("AUTH PLAIN ") for line in server.heard)
    assert row(db).sent_at is not None
    assert files(settings) == []


def test_password_is_never_sent_in_clear(request_context, db, deliver):
    """A server that offers no encryption gets nothing; the mail waits."""
    enqueue()
    server = Server(None, {"STARTTLS": "454 not now"})

    deliver(server)

    server.join(5)
    assert not any("AUTH" in line or CODE in line for line in server.heard)
    waiting = row(db)
    assert waiting.sent_at is None
    assert waiting.last_fault
    db.session.delete(waiting)
    db.session.commit()


def test_server_whose_name_is_not_certified_gets_nothing(
    request_context, db, context, deliver, monkeypatch
):
    enqueue()
    monkeypatch.delenv("SSL_CERT_FILE")
    server = Server(context)

    deliver(server)

    assert row(db).last_fault.startswith("SSL")
    db.session.delete(row(db))
    db.session.commit()


def test_refused_mail_is_tried_again_ever_later(request_context, db, context, deliver, clock):
    enqueue()
    waits = []
    for _ in range(3):
        before = clock()
        server = Server(context, {"DATA": f"451 {CODE} not now"})
        deliver(server)
        waits.append((row(db).due_at - before).total_seconds())
        clock.move(seconds=waits[-1])

    assert waits == [30, 60, 120]
    assert row(db).last_fault == "SMTPDataError 451", "what the server says may repeat the mail"
    deliver(Server(context))
    assert row(db).sent_at is not None


def test_mail_that_is_given_up_is_emptied(request_context, db, context, deliver, clock):
    """It may hold a link that works for days."""
    enqueue()
    for _ in range(mail.MOST_TRIES):
        deliver(Server(context, {"DATA": "451 not now"}))
        clock.move(mail.LONGEST_RETRY)

    given_up = row(db)
    assert mail.state_of(given_up) == "given_up"
    assert given_up.sealed == ""


def test_mail_under_a_lost_key_waits_and_keeps_no_other_waiting(
    request_context, settings, db, make_app, clock
):
    """The old SEALWAX_ENCRYPTION_KEY was left out: an operator may bring it back."""
    enqueue()
    other = make_app(encryption_key=SecretStr("n" * 40))
    with other.test_request_context(base_url="https://id.example"):
        enqueue()
        email.deliver()

    assert len(files(settings)) == 1
    lost = db.session.scalars(select(Mail).where(Mail.sent_at.is_(None))).one()
    assert (lost.tries, lost.last_fault) == (1, "CannotDecrypt")
    clock.move(mail.LONGEST_RETRY)
    email.deliver()
    assert len(files(settings)) == 2


def test_server_that_is_away_is_asked_once_a_round(request_context, db, deliver):
    """reliability.md F20: sign-outs and keys do not wait for twenty mails that time out."""
    for _ in range(3):
        enqueue()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    deliver(SimpleNamespace(port=port))

    rows = list(db.session.scalars(select(Mail).order_by(Mail.id)))
    assert [one.tries for one in rows] == [1, 0, 0]
    for one in rows:
        db.session.delete(one)
    db.session.commit()


def test_server_that_is_away_keeps_nobody_waiting(request_context, db, deliver):
    enqueue()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    deliver(SimpleNamespace(port=port))

    assert row(db).sent_at is None
    db.session.delete(row(db))
    db.session.commit()
