"""One sign-out, told in every way: in the browser, behind it, and to the frame that watches."""

from __future__ import annotations

from time import monotonic
from urllib.parse import parse_qs, quote, urlsplit

import jwt
import pytest
from playwright.sync_api import expect

from tests import chromium, factories
from tests.chromium import visiting
from tests.factories import PASSWORD
from tests.relying_party import basic
from tests.remote import remote_host
from tests.servers import live_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not chromium.program(), reason=chromium.NO_CHROMIUM),
]
LONGEST_WAIT_SECONDS = 10
#: A page of the application: asks the provider's frame and shows what it says.
WATCHING = """<!doctype html><title>Photo Box</title><p id="answer"></p>
<iframe id="op" src="{iframe}"></iframe><script>
var op = document.getElementById('op');
window.addEventListener('message', function (event) {{
  if (event.origin === '{issuer}') {{ document.getElementById('answer').textContent = event.data; }}
}});
op.onload = function () {{ op.contentWindow.postMessage('{question}', '{issuer}'); }};
</script>"""


@pytest.fixture
def provider(stage):
    """Run a provider that offers the session iframe, with its jobs."""
    with live_server(stage.settings.model_copy(update={"session_iframe": True})) as server:
        yield server.url


@pytest.fixture
def box():
    """Run the application's own host, beside the provider."""
    with remote_host(tls=False) as host:
        for path in ("/callback", "/frontchannel", "/bye", "/backchannel"):
            host.serve(path, f"<!doctype html><title>{path}</title>", Content_Type="text/html")
        yield host


def test_everybody_learns_of_a_sign_out(db, provider, box):
    """protocol.md 5: session management, front-channel and back-channel logout."""
    factories.user("jane@people.example")
    client = factories.client(
        client_name="Photo Box",
        redirect_uris=[f"{box.url}/callback"],
        post_logout_redirect_uris=[f"{box.url}/bye"],
        frontchannel_logout_uri=f"{box.url}/frontchannel",
        backchannel_logout_uri=f"{box.url}/backchannel",
        pkce_required=False,
        trusted=True,
    )
    with visiting(provider, box.url) as page:
        state, hint = _sign_in(page, provider, box, client)
        question = f"{client.client_id} {state}"
        assert _asked(page, provider, box, question) == "unchanged"
        assert _asked(page, provider, box, f"{client.client_id} {'0' * 64}.x") == "changed"
        assert _asked(page, provider, box, "nonsense") == "error"

        page.goto(
            f"{provider}/end_session?id_token_hint={hint}&state=s1"
            f"&post_logout_redirect_uri={quote(f'{box.url}/bye', safe='')}"
        )
        page.wait_for_url(f"{box.url}/bye?state=s1")

        assert _asked(page, provider, box, question) == "changed"
    sid = jwt.decode(hint, options={"verify_signature": False})["sid"]
    [frame] = [one for one in box.received if one.path.startswith("/frontchannel")]
    assert parse_qs(urlsplit(frame.path).query) == {"iss": [provider], "sid": [sid]}
    assert _token(box)["sid"] == sid


def _sign_in(page, provider, box, client) -> tuple[str, str]:
    """Sign Jane in; return session_state and the ID token."""
    page.goto(
        f"{provider}/authorize?response_type=code&scope=openid&client_id={client.client_id}"
        f"&redirect_uri={quote(f'{box.url}/callback', safe='')}"
    )
    page.fill("#username", "jane@people.example")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.wait_for_url(f"{box.url}/callback?**")
    received = parse_qs(urlsplit(page.url).query)
    answer = page.request.post(
        f"{provider}/token",
        form={
            "grant_type": "authorization_code",
            "code": received["code"][0],
            "redirect_uri": f"{box.url}/callback",
        },
        headers={"Authorization": basic(client.client_id, client.secret)},
    )
    assert answer.ok, answer.text()
    return received["session_state"][0], answer.json()["id_token"]


def _asked(page, provider, box, question: str) -> str:
    """Let a page of the application ask; return what the provider's frame answers."""
    iframe = f"{provider}/check_session"
    text = WATCHING.format(iframe=iframe, issuer=provider, question=question)
    box.serve("/watch", text, Content_Type="text/html")
    page.goto(f"{box.url}/watch")
    expect(page.locator("#answer")).not_to_be_empty()
    return page.locator("#answer").inner_text()


def _token(box) -> dict:
    """Wait for the logout token; return its claims."""
    end = monotonic() + LONGEST_WAIT_SECONDS
    while monotonic() < end:
        told = [one for one in box.received if one.path == "/backchannel"]
        if told:
            return jwt.decode(told[0].form["logout_token"], options={"verify_signature": False})
    raise AssertionError("the application was not told")
