"""Languages: nothing is left in English, and a person's own wish comes before all others."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask_babel import force_locale, ngettext

from tests import factories
from tests.administrators import browser_of
from tests.factories import PASSWORD

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
#: The translation goes into pages unescaped, also between the quotes of an attribute.
MARKUP = re.compile(r'[<>&"]')

SIGN_IN = {
    "en": "Sign in",
    "fr": "Se connecter",
    "de": "Anmelden",
    "es": "Iniciar sesión",
    "ar": "تسجيل الدخول",
}
DIRECTION = {"en": "ltr", "fr": "ltr", "de": "ltr", "es": "ltr", "ar": "rtl"}
TRANSLATED = sorted(SIGN_IN.keys() - {"en"})


def catalog(language):
    """Return the translations a translator writes."""
    with (ROOT / f"app/translations/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def forms(words):
    """Return a message or a translation as the list of its forms."""
    return [words] if isinstance(words, str) else list(words)


def language_of(browser):
    """Return what the page says of its language, and its heading."""
    (html,), (heading,) = (browser.shown.root.find_all(tag) for tag in ("html", "h1"))
    return html.get("lang"), html.get("dir"), heading.text


def speaks(browser, language):
    """Tell whether the sign-in page shown is in this language."""
    return language_of(browser) == (language, DIRECTION[language], SIGN_IN[language])


def choose(browser, language):
    """Follow the link at the foot of the page."""
    (link,) = (link for link in browser.shown.root.find_all("a") if link.get("lang") == language)
    return browser.open(link.get("href"))


def interaction(browser):
    """Return the request the page works for."""
    return parse_qs(urlsplit(browser.shown.url).query).get("interaction", [""])[0]


# --- catalogs -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def marked():
    """Return every message that is marked in the code and the templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    rooms = [
        extract_from_dir(
            str(ROOT / room),
            [(pattern.removeprefix(f"{room}/"), method) for pattern, method in methods],
            {pattern.removeprefix(f"{room}/"): each for pattern, each in options.items()},
            keywords=KEYWORDS,
        )
        for room in ("app", "templates")
    ]
    return {message for room in rooms for _, _, message, _, _ in room}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_has_its_translation(language, marked):
    """Red after new words: `make translate`, then fill in what it left empty."""
    words = catalog(language)

    missing = [message for message in marked if words.get(forms(message)[0]) is None]
    unfinished = [
        message.id
        for message in words
        if message.id and (message.fuzzy or not all(forms(message.string)))
    ]

    assert len(marked) > 400
    assert not missing
    assert not unfinished


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_placeholders_and_bring_no_markup(language):
    """Where a form is for one number alone, as in Arabic, it may say the number in a word."""
    for message in catalog(language):
        wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
        number = {name for name in wanted if message.pluralizable and name.startswith("%(num)")}
        for form in forms(message.string) if message.id else []:
            found = set(PLACEHOLDER.findall(form))
            assert wanted - number <= found <= wanted, form
            assert "%" not in PLACEHOLDER.sub("", form), form
            assert not MARKUP.search(form), form
            assert "#" not in forms(message.id)[0] or "#" in form, form


@pytest.mark.parametrize("language", TRANSLATED)
def test_files_hold_no_dates_and_no_line_numbers(language):
    """A second `make translate` changes nothing."""
    text = (ROOT / f"app/translations/{language}/LC_MESSAGES/messages.po").read_text()

    assert "-Date:" not in text
    assert "Generated-By" not in text
    assert not re.search(r"^#: .*:\d", text, re.MULTILINE)
    assert "#~" not in text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "دقيقة واحدة"),
        (2, "دقيقتين"),
        (3, "3 دقائق"),
        (11, "11 دقيقة"),
        (103, "103 دقائق"),
    ],
)
@pytest.mark.one_engine
def test_arabic_counts_as_arabic_does(app, number, words):
    with app.test_request_context(), force_locale("ar"):
        said = ngettext(
            "Too many tries. Wait %(num)d minute, then try again.",
            "Too many tries. Wait %(num)d minutes, then try again.",
            number,
        )

    assert f" {words} " in said


# --- who decides --------------------------------------------------------------------------------


@pytest.mark.one_engine
@pytest.mark.parametrize("language", SIGN_IN)
def test_page_speaks_what_the_browser_asks_for(browser, language):
    browser.language = f"xx,{language};q=0.8,en;q=0.1"

    browser.open("/login/sign-in")

    assert speaks(browser, language)


@pytest.mark.one_engine
@pytest.mark.parametrize("language", SIGN_IN)
def test_application_may_ask_for_a_language(rp, browser, language):
    """OpenID Connect Core §3.1.2.1: ui_locales is a list in the order of preference."""
    browser.language = "fr" if language != "fr" else "de"

    rp.authorize(browser, ui_locales=f"xx {language}-CH en")

    assert speaks(browser, language)


@pytest.mark.one_engine
def test_unknown_language_is_left_aside(rp, browser):
    browser.language = "xx"

    rp.authorize(browser, ui_locales="yy zz-ZZ")

    assert speaks(browser, "en")


@pytest.mark.one_engine
@pytest.mark.parametrize("language", SIGN_IN)
def test_choice_of_the_person_comes_first_and_stays(browser, language):
    browser.language = "fr" if language != "fr" else "de"
    browser.open("/login/sign-in")

    choose(browser, language)

    assert speaks(browser, language)
    browser.open("/login/sign-in")
    assert speaks(browser, language)


def test_request_waits_while_the_language_changes(rp, browser, jane):
    rp.authorize(browser, ui_locales="de")
    waiting = interaction(browser)

    choose(browser, "ar")

    assert waiting
    assert interaction(browser) == waiting
    assert speaks(browser, "ar")
    browser.sign_in(jane.email, PASSWORD).allow()
    assert rp.callback(browser).code


@pytest.mark.one_engine
def test_unknown_choice_changes_nothing(browser):
    browser.open("/login/language?language=xx&next=/login/sign-in")

    assert speaks(browser, "en")
    assert browser.at == "/login/sign-in"


# --- beyond sign-in -----------------------------------------------------------------------------


@pytest.mark.one_engine
def test_consent_says_in_the_person_s_language_what_is_shared(rp, signed_in):
    """The words of the scopes are made once, at import, and read in each request."""
    for language, words in (
        ("es", ("Tu nombre y tu perfil", "Mantener el acceso cuando no estés")),
        ("ar", ("اسمك وملفك الشخصي", "الاحتفاظ بالوصول في غيابك")),
        ("en", ("Your name and profile", "Keep access when you're away")),
    ):
        signed_in.language = language
        rp.authorize(signed_in, scope="openid profile offline_access")
        assert signed_in.at == "/login/consent"
        for title in words:
            assert signed_in.sees(title), title


@pytest.mark.one_engine
def test_fault_is_said_in_the_person_s_language(browser, jane):
    browser.language = "fr"

    browser.sign_in(jane.email, "not the right password")

    assert browser.status == 422
    assert browser.sees("Cette adresse et ce mot de passe ne vont pas ensemble.")


@pytest.mark.one_engine
def test_page_of_an_error_says_it_once_and_in_the_person_s_language(browser):
    """What HTTP calls it is for programs (ux.md 2.12)."""
    browser.language = "fr"

    browser.open("/nowhere")

    assert browser.status == 404
    assert browser.sees("Nous ne trouvons pas cette page")
    assert browser.element("problem").tag == "h1"
    assert not browser.sees("Not Found")


@pytest.mark.one_engine
def test_program_is_told_what_http_calls_the_error(http):
    answer = http.get("/token")

    assert answer.status_code == 405
    assert "Method Not Allowed. Reference" in answer.json["error_description"]


@pytest.mark.one_engine
def test_two_administrators_read_two_languages(app, db, register):
    """Words that a template keeps must not stay in the language of whoever came first."""
    register("spa")
    admin = browser_of(app, factories.admin())

    for language, state, kind in (
        ("de", "An", "Single-Page-App"),
        ("fr", "Activé", "Application monopage"),
        ("en", "On", "Single-page app"),
    ):
        admin.language = language
        admin.open("/admin/applications")
        (row,) = admin.shown.root.find_all("tbody")
        assert state in row.text.split()
        assert kind in row.text
