"""Leaked passwords: refused wherever a password is chosen, and never where one is used."""

from __future__ import annotations

import hashlib

import pytest

from app.errors import InvalidInput
from app.named_files import SettingsRefused
from app.security import known_leaks, secrets
from app.security.known_leaks import KnownLeaks, NotAFilter
from app.services.people import leaked_passwords, passwords
from tests.house.sources import ROOT

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("db")]
README = (ROOT / "app/data/README.md").read_text(encoding="utf-8")
LEAKED = "whatevereedo583525"
OWN = "nine owls over a quiet lake"


@pytest.mark.parametrize(
    "password",
    [
        LEAKED,
        LEAKED.upper(),
        "vjqcsyjxtrybrbnf",
        "".join(chr(ord(sign) + 0xFEE0) for sign in "vjqcsyjxtrybrbnf"),
    ],
)
def test_leaked_password_is_refused_and_the_reason_given(password):
    """security.md PW03: the breached set; in capitals and full width (NFKC) as well."""
    with pytest.raises(InvalidInput, match="This password appears in known leaks"):
        passwords.check_allowed(password)


@pytest.mark.parametrize(
    "password",
    [
        "Dragonball2024!",
        "!!!Scarface!!!2024",
        "1qaz@WSX99887766",
        "weitlifting8926!",
        "p@ssw0rd2024$$$",
    ],
)
def test_leaked_word_with_a_few_signs_around_it_is_refused(password):
    """security.md PW03: most leaked ones are shorter than ours may be, so people add `2024!`."""
    with pytest.raises(InvalidInput, match="Choose another"):
        passwords.check_allowed(password)


@pytest.mark.parametrize(
    "password",
    [
        "scarface rides a camel",
        "4829-1193-5520-8841",
        "boats 4829 1193 5520 8841",
        "kJ8#mQz4!vP2wLx",
        "家の猫は夜に歩くのが好きだった",
    ],
)
def test_leaked_word_among_others_is_taken(password):
    """NIST SP 800-63B-4 §3.1.1.2: the whole password is compared, not its parts."""
    passwords.check_allowed(password)


def test_short_minimum_meets_the_frequent_ones(make_app):
    """security.md PW03: the top of our length, where a second step lets eight signs do."""
    with make_app(second_step="everyone").app_context():
        for password in ("sunshine", "Football", "naughty1", "qazwsxedc"):
            with pytest.raises(InvalidInput, match="Choose another"):
                passwords.check_allowed(password)
        passwords.check_allowed("kq7#wz4m")


def test_list_that_comes_along_is_the_one_of_its_readme():
    shape = known_leaks.read_shape(leaked_passwords.SHIPPED)
    content = leaked_passwords.SHIPPED.read_bytes()

    assert f"{shape.entries:,} known" not in README
    assert f"| Entries | {shape.entries:,}:" in README
    assert hashlib.sha256(content).hexdigest() in README
    assert len(content) < 1_000_000


def test_one_in_a_hundred_thousand_is_taken_for_a_leaked_one():
    kept = KnownLeaks(leaked_passwords.SHIPPED)

    assert sum(secrets.new_id() in kept for _ in range(50_000)) <= 5


@pytest.mark.parametrize("line", [OWN, f"{known_leaks.digest(OWN).hex().upper()}:37"])
def test_operator_builds_a_list_and_it_counts_beside_ours(app, make_app, tmp_path, line):
    """Plain words, or the SHA-1 lines of Have I Been Pwned."""
    source, target = tmp_path / "list.txt", tmp_path / "own.filter"
    source.write_text(f"{line}\r\n\r\n")

    done = app.test_cli_runner().invoke(
        args=["passwords", "build-filter", str(source), str(target), "--json"]
    )

    assert done.exit_code == 0, done.output
    assert '"entries": 1' in done.output
    passwords.check_allowed(OWN)
    with make_app(leaked_passwords_file=str(target)).app_context():
        for password in (OWN, LEAKED):
            with pytest.raises(InvalidInput, match="known leaks"):
                passwords.check_allowed(password)


@pytest.mark.parametrize("content", [b"", b"password\n" * 10, known_leaks.MAGIC + b"\1" * 20])
def test_file_that_is_no_list_stops_the_start(make_app, tmp_path, content):
    file = tmp_path / "broken.filter"
    file.write_bytes(content)

    with pytest.raises(SettingsRefused, match="SEALWAX_LEAKED_PASSWORDS_FILE"):
        make_app(leaked_passwords_file=str(file))


def test_list_that_is_not_there_stops_the_start(make_app, tmp_path):
    with pytest.raises(SettingsRefused, match="No such file"):
        make_app(leaked_passwords_file=str(tmp_path / "missing.filter"))


def test_list_that_is_cut_off_is_none(tmp_path):
    file = tmp_path / "cut.filter"
    file.write_bytes(leaked_passwords.SHIPPED.read_bytes()[:-1])

    with pytest.raises(NotAFilter):
        KnownLeaks(file)
