"""The example relying party against answers that are not meant for it."""

import httpx
import pytest

from tests.journeys.programs import example


@pytest.fixture
def box(live):
    with example("relying_party", ISSUER=live.url, CLIENT_ID="box", CLIENT_SECRET="secret") as url:
        yield url


def test_answers_that_were_not_asked_for_are_refused(box, live):
    """RFC 9207 §2.4 and RFC 6749 §10.12: mix-up, and somebody else's code."""
    for issuer, error in (
        ("https://evil.example", "invalid_issuer"),
        ("", "invalid_issuer"),
        (live.url, "mismatching_state"),
    ):
        sent = {"code": "c", "state": "s", **({"iss": issuer} if issuer else {})}
        answer = httpx.get(f"{box}/callback", params=sent)

        assert answer.status_code == 400
        assert f'<code id="error">{error}</code>' in answer.text
