"""The side panel extension: which record an address names, and that Chromium loads it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.conftest import PROJECT
from tests.e2e.conftest import FLAGS, chromium

EXTENSION = PROJECT / "assistant" / "web" / "extension"
SYS_ID = "9d385017c611228701d22104cc95c371"
SN = "https://acme.service-now.com"
JIRA = "https://acme.atlassian.net"

ADDRESSES = [
    (f"{SN}/now/sow/record/incident/{SYS_ID}", SYS_ID),
    (f"{SN}/now/sow/record/incident/{SYS_ID}/params/selected-tab-index/1", SYS_ID),
    (f"{SN}/now/nav/ui/classic/params/target/incident.do%3Fsys_id%3D{SYS_ID}", SYS_ID),
    (f"{SN}/nav_to.do?uri=%2Fincident.do%3Fsys_id%3D{SYS_ID}%26sysparm_view%3D", SYS_ID),
    (f"{SN}/incident.do?sysparm_query=number%3DINC0010001", "INC0010001"),
    (f"{SN}/problem.do?sys_id={SYS_ID}", SYS_ID),
    (f"{SN}/now/sow/record/incident/{'0' * 32}/sub/record/problem/{SYS_ID}", SYS_ID),
    (f"{JIRA}/browse/OPS-12?focusedCommentId=1", "OPS-12"),
    (f"{JIRA}/jira/software/projects/OPS/boards/1?selectedIssue=OPS-7", "OPS-7"),
    (f"{JIRA}/jira/servicedesk/projects/OPS/queues/custom/3/OPS-9", "OPS-9"),
    (f"{SN}/incident_list.do?sysparm_query=active%3Dtrue", ""),
    (f"{SN}/incident.do?sys_id=-1", ""),
    (f"{SN}/sys_user.do?sys_id={SYS_ID}", ""),
    (f"{JIRA}/browse/%3Cscript%3E", ""),
    ("chrome://settings", ""),
    ("https://acme.service-now.com/%E0%A4%A", ""),
    ("", ""),
]


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A page that has the extension's own reader of addresses."""
    page = browser.new_page()
    source = (EXTENSION / "records.js").read_text(encoding="utf-8")
    page.route(
        "http://extension.test/**",
        lambda route: route.fulfill(
            body=source if route.request.url.endswith(".js") else "<!doctype html>",
            content_type="text/javascript" if route.request.url.endswith(".js") else "text/html",
        ),
    )
    page.goto("http://extension.test/")
    yield page
    page.close()


@pytest.fixture
def profile(playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser into which the extension is loaded."""
    # Playwright switches extensions off unless told otherwise.
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile",
        executable_path=chromium(),
        headless=False,
        ignore_default_args=["--disable-extensions"],
        args=[
            *FLAGS,
            "--headless=new",
            f"--disable-extensions-except={EXTENSION}",
            f"--load-extension={EXTENSION}",
        ],
    )
    yield context
    context.close()


def called(page: Page, function: str, *arguments: str) -> str:
    found: str = page.evaluate(
        "async ([name, args]) => (await import('/records.js'))[name](...args)",
        [function, list(arguments)],
    )
    return found


class TestAddresses:
    @pytest.mark.parametrize(("address", "record"), ADDRESSES)
    def test_a_page_names_its_record(self, reader: Page, address: str, record: str) -> None:
        assert called(reader, "recordOf", address) == record

    @pytest.mark.parametrize(
        ("typed", "origin"),
        [
            ("https://p.example.com/x", "https://p.example.com"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://p.example.com", ""),
            ("javascript:alert(1)", ""),
        ],
    )
    def test_only_a_safe_address_is_kept(self, reader: Page, typed: str, origin: str) -> None:
        assert called(reader, "serviceOf", typed) == origin

    def test_nothing_but_identifiers_is_sent(self, reader: Page) -> None:
        shown = called(reader, "panelAddress", "https://p.example.com", "OPS-1", "jira")
        assert shown == "https://p.example.com/sidebar?source=jira&record=OPS-1"


def messages(code: str) -> dict[str, str]:
    path = EXTENSION / "_locales" / code / "messages.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    return {name: each["message"] for name, each in told.items()}


class TestWords:
    def test_german_has_every_message_that_is_used(self) -> None:
        text = "".join(p.read_text(encoding="utf-8") for p in EXTENSION.glob("*.*"))
        used = re.findall(r"""__MSG_(\w+)__|say\("(\w+)"\)|data-words="(\w+)\"""", text)
        assert messages("en").keys() == {next(filter(None, names)) for names in used}
        assert messages("de").keys() == messages("en").keys()
        assert all(messages("de").values())


class TestExtension:
    def test_it_asks_for_no_site(self) -> None:
        manifest = json.loads((EXTENSION / "manifest.json").read_text(encoding="utf-8"))
        assert set(manifest["permissions"]) == {"sidePanel", "storage", "activeTab"}
        assert not manifest.keys() & {"host_permissions", "content_scripts"}

    def test_chromium_loads_it_and_its_panel_says_what_to_do(self, profile: BrowserContext) -> None:
        workers = profile.service_workers or [profile.wait_for_event("serviceworker", timeout=8000)]
        extension = workers[0].url.rsplit("/", 1)[0]
        panel = profile.new_page()
        panel.goto(f"{extension}/panel.html")
        panel.get_by_text("Say in the settings where Precedent is.").wait_for(timeout=5000)
        panel.goto(f"{extension}/options.html")
        panel.get_by_label("Address of Precedent").fill("http://127.0.0.1:9/")
        panel.get_by_label("Which connection").fill("acme.service-now.com = servicenow")
        panel.get_by_role("button", name="Save").click()
        panel.get_by_text("Saved").wait_for(timeout=5000)
        page = f"{SN}/now/sow/record/incident/{SYS_ID}"
        workers[0].evaluate("page => chrome.storage.session.set({ page })", page)
        panel.goto(f"{extension}/panel.html")
        frame = panel.locator("iframe")
        frame.wait_for(timeout=5000)
        assert frame.get_attribute("src") == (
            f"http://127.0.0.1:9/sidebar?source=servicenow&record={SYS_ID}"
        )
