"""The sidebar in a frame of another site's page, third-party cookies blocked."""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Browser, FrameLocator, Page, Playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.e2e.conftest import FLAGS, chromium, running
from tests.fakes.serving import serving
from tests.installation import filled

SECRET = "a secret that the host and the service share"

# As docs/embedding.md tells it: a listener that checks the origin, and a frame.
HOST_PAGE = """<!doctype html><title>Ticket desk</title><h1>INC0009</h1>
<iframe title="Precedent" style="width: 400px; border: 0; height: 900px"></iframe>
<script>
const precedent = new URLSearchParams(location.search).get("at");
const frame = document.querySelector("iframe");
window.heard = [];
window.send = (message) => frame.contentWindow.postMessage(message, precedent);
addEventListener("message", (event) => {
  if (event.origin !== precedent || event.source !== frame.contentWindow) return;
  heard.push(event.data);
});
frame.src = precedent + "/sidebar?source=tickets&record=INC0009";
</script>"""


def token() -> str:
    now = int(time.time())
    said = {
        "iss": "desk",
        "aud": "precedent",
        "sub": "mia.k",
        "name": "Mia K.",
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 60,
    }
    return jwt.encode({"alg": "HS256"}, said, OctKey.import_key(SECRET))


class Desk(NamedTuple):
    """A host page that may frame the service, one that may not, and the service."""

    allowed: str
    stranger: str
    service: str


async def ticket(_request: Request) -> HTMLResponse:
    return HTMLResponse(HOST_PAGE)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as stack:
        pages = Starlette(routes=[Route("/ticket", ticket)])
        # localhost and 127.0.0.1 are different sites, as a desk and the service are.
        hosts = [
            stack.enter_context(serving(pages)).replace("127.0.0.1", "localhost") for _ in range(2)
        ]
        app = filled(
            tmp_path_factory.mktemp("desk"),
            web={"frame_ancestors": [hosts[0]], "secure_cookies": True},
            auth={"hosts": {"desk": {"key": SECRET}}},
        )
        yield Desk(hosts[0], hosts[1], stack.enter_context(running(app)))


@pytest.fixture(scope="module")
def strict_browser(playwright: Playwright) -> Iterator[Browser]:
    opened = playwright.chromium.launch(
        executable_path=chromium(), args=[*FLAGS, "--test-third-party-cookie-phaseout"]
    )
    yield opened
    opened.close()


@pytest.fixture
def page(strict_browser: Browser) -> Iterator[Page]:
    context = strict_browser.new_context(viewport={"width": 900, "height": 1000})
    yield context.new_page()
    context.close()


def heard(page: Page, kind: str) -> list[Any]:
    """Waits until the host has heard something of the kind; everything of it so far."""
    page.wait_for_function("kind => heard.some(m => m.type === kind)", arg=f"precedent:{kind}")
    found: list[Any] = page.evaluate(
        "kind => heard.filter(m => m.type === kind)", f"precedent:{kind}"
    )
    return found


def opened(page: Page, desk: Desk) -> FrameLocator:
    page.goto(f"{desk.allowed}/ticket?at={desk.service}")
    return page.frame_locator("iframe[title=Precedent]")


def signed_in(page: Page, desk: Desk) -> FrameLocator:
    frame = opened(page, desk)
    heard(page, "ready")
    page.evaluate("message => send(message)", {"type": "precedent:sign-in", "token": token()})
    expect(frame.get_by_role("heading", name="Most likely, from past incidents")).to_be_visible()
    return frame


class TestFrame:
    def test_the_host_signs_its_reader_in(self, page: Page, desk: Desk) -> None:
        signed_in(page, desk)
        first, *_, last = heard(page, "ready")
        assert first == {
            "type": "precedent:ready",
            "version": 1,
            "signedIn": False,
            "record": "",
        }
        assert last["signedIn"]
        assert last["record"] == "INC0009"
        (cookie,) = [c for c in page.context.cookies() if c["name"] == "precedent_session"]
        assert cookie["sameSite"] == "None"
        assert cookie.get("partitionKey")

    def test_it_needs_no_third_party_cookie(self, page: Page, desk: Desk) -> None:
        page.goto(f"{desk.service}/sign-in")
        page.get_by_role("button", name="Ana (analyst)").click()
        secret = next(c["value"] for c in page.context.cookies() if "session" in c["name"])
        page.context.add_cookies(
            [
                {
                    "name": "precedent_session",
                    "value": secret,
                    "url": desk.service,
                    "sameSite": "None",
                    "secure": True,
                }
            ]
        )
        frame = opened(page, desk)
        expect(frame.get_by_role("heading", name="Who are you?")).to_be_visible()
        signed_in(page, desk)

    def test_the_host_shows_another_record(self, page: Page, desk: Desk) -> None:
        frame = signed_in(page, desk)
        page.evaluate(
            "message => send(message)",
            {"type": "precedent:show", "source": "tickets", "record": "INC0003"},
        )
        expect(frame.get_by_role("heading", level=1)).to_contain_text("ERP stands still")
        assert heard(page, "height")[-1]["height"] > 200

    def test_unknown_and_hidden_records_look_the_same(self, page: Page, desk: Desk) -> None:
        frame = signed_in(page, desk)
        page.evaluate(
            "message => send(message)",
            {"type": "precedent:show", "source": "tickets", "record": "INC4711"},
        )
        expect(frame.get_by_role("heading", level=1)).to_have_text("INC4711 is not known here")
        expect(frame.get_by_label("Have we seen this?")).to_be_visible()

    def test_what_is_copied_is_told_to_the_host(self, page: Page, desk: Desk) -> None:
        frame = signed_in(page, desk)
        frame.get_by_role("button", name="Copy").first.click()
        assert "openssl s_client" in heard(page, "copied")[0]["text"]

    def test_a_used_token_signs_nobody_in(self, page: Page, desk: Desk) -> None:
        opened(page, desk)
        heard(page, "ready")
        once = token()
        taken = page.request.post(
            f"{desk.service}/api/v1/session/exchange", data={"token": once, "cookie": True}
        )
        assert taken.ok
        page.evaluate("message => send(message)", {"type": "precedent:sign-in", "token": once})
        assert heard(page, "problem") == [
            {"type": "precedent:problem", "code": "sign-in", "status": 401}
        ]


class TestStrangers:
    def test_another_site_cannot_frame_it(self, page: Page, desk: Desk) -> None:
        page.goto(f"{desk.stranger}/ticket?at={desk.service}")
        page.wait_for_timeout(500)
        assert page.evaluate("heard") == []
        expect(page.frame_locator("iframe[title=Precedent]").locator("main")).to_have_count(0)

    def test_messages_of_other_windows_are_not_heard(self, page: Page, desk: Desk) -> None:
        frame = signed_in(page, desk)
        # Another frame on the host's own page: the origin is right, the window is not.
        page.evaluate(
            """() => {
              const other = document.createElement("iframe");
              document.body.append(other);
              const code = `parent.frames[0].postMessage(
                {type: "precedent:show", record: "INC0003"}, "*")`;
              other.contentWindow.eval(code);
            }"""
        )
        page.wait_for_timeout(300)
        expect(frame.get_by_role("heading", level=1)).to_contain_text("VPN refuses clients")

    def test_messages_of_other_origins_are_not_heard(self, page: Page, desk: Desk) -> None:
        """Whatever frames it, as where a proxy has taken the policy away."""
        page.route(
            f"{desk.service}/**",
            lambda route: route.fulfill(
                response=(got := route.fetch()),
                headers={
                    name: value
                    for name, value in got.headers.items()
                    if name != "content-security-policy"
                },
            ),
        )
        page.goto(f"{desk.stranger}/ticket?at={desk.service}")
        frame = page.frame_locator("iframe[title=Precedent]")
        expect(frame.get_by_role("heading", name="Who are you?")).to_be_visible()
        page.evaluate("message => send(message)", {"type": "precedent:sign-in", "token": token()})
        page.evaluate("message => send(message)", {"type": "precedent:hello"})
        page.wait_for_timeout(500)
        assert page.evaluate("heard") == []
        expect(frame.get_by_role("heading", name="Who are you?")).to_be_visible()
