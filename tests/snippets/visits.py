"""Visits of a person's browser to an application that a snippet has made."""

from __future__ import annotations

import json
from urllib.parse import urljoin

import httpx

from tests.factories import PASSWORD
from tests.snippets.conftest import JANE

REDIRECTS = {302, 303, 307}
LONGEST_ANSWER_SECONDS = 10


def within(application, url, visitor):
    """Let a visitor follow the redirects of an application; return where it sends them, or says."""
    for _ in range(8):
        answer = visitor.get(url)
        if answer.status_code not in REDIRECTS:
            assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text[:1000]}"
            return answer.text
        url = urljoin(url, answer.headers["location"])
        if not url.startswith(f"{application}/"):
            return url
    message = f"{application} goes around in circles"
    raise AssertionError(message)


def sign_in(application, browser, begins="/"):
    """Sign Jane in where an application begins to; return what it says about her then."""
    with httpx.Client(timeout=LONGEST_ANSWER_SECONDS) as visitor:
        browser.open(within(application, f"{application}{begins}", visitor))
        browser.sign_in(JANE, PASSWORD).allow()
        return json.loads(within(application, browser.left_for, visitor))
