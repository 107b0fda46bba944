"""What becomes of a draft, in a browser: remarks, sections written again, changes, files."""

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn


def drafted(page: Page, record: str = "INC0001") -> str:
    """A new draft of the record on the page; its address."""
    page.goto(f"/sidebar?record={record}")
    page.get_by_role("button", name="Draft an RCA").click()
    page.wait_for_url(re.compile("/drafts/draft-"))
    return page.url.partition("#")[0]


def add(page: Page, section: str, words: str) -> None:
    page.get_by_text(f"Edit {section}").click()
    place = page.locator(f"#{section.replace(' ', '-')}")
    place.get_by_label("Add a statement of your own").fill(words)
    place.get_by_role("button", name="Save").click()
    expect(place.locator(".claims")).to_contain_text(words)


class TestComments:
    def test_a_remark_is_seen_at_its_section_and_settled(self, sign_in: SignIn) -> None:
        ruth, ana = sign_in("Ruth"), sign_in("Ana")
        ana.goto(drafted(ruth))
        ana.get_by_label("Your comment").fill("Who saw it first? <b>Ask</b> the service desk.")
        ana.locator("#comments").get_by_role("combobox").select_option("Detection")
        ana.get_by_role("button", name="Comment", exact=True).click()
        expect(ana.locator("#comment-1")).to_contain_text("<b>Ask</b> the service desk.")

        ruth.reload()
        ruth.locator("#detection").get_by_role("link", name="1 open comment").click()
        expect(ruth.locator("#comments")).to_be_in_viewport()
        ruth.get_by_role("button", name="Resolve comment 1").click()
        expect(ruth.get_by_text("1 open comment")).to_have_count(0)
        ruth.get_by_text("1 resolved").click()
        expect(ruth.locator("#comment-1")).to_contain_text("Resolved by ruth")


class TestWritingAgain:
    def test_keeps_what_a_person_wrote(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        add(ruth, "root cause", "The list of gateways was out of date.")
        ruth.get_by_text("Edit root cause").click()
        ruth.locator("#root-cause textarea[name=text]").first.fill("")
        ruth.locator("#root-cause").get_by_role("button", name="Save").click()
        expect(ruth.get_by_text("the renewal job skipped gateways")).to_have_count(0)
        ruth.get_by_text("Edit root cause").click()
        ruth.get_by_role("button", name="Write root cause again").click()
        claims = ruth.locator("#root-cause .claims")
        expect(claims).to_contain_text("the renewal job skipped gateways")
        expect(claims).to_contain_text("The list of gateways was out of date.")
        noted = ruth.locator(".note", has_text="Root cause was written again for ruth")
        expect(noted).to_be_visible()

    def test_a_stale_page_is_told_so(self, sign_in: SignIn) -> None:
        ruth, paul = sign_in("Ruth"), sign_in("Paul")
        paul.goto(drafted(ruth))
        add(paul, "impact", "Paul was first.")
        ruth.get_by_text("Edit impact").click()
        again = ruth.get_by_role("button", name="Write impact again")
        again.click()
        expect(ruth.locator("#impact").get_by_role("alert")).to_contain_text("paul edited")
        expect(again).to_be_enabled()

    def test_every_step_is_told_while_it_is_made(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        ruth.get_by_text("Edit impact").click()
        steps = "event: progress\r\ndata: {}\r\n\r\n"
        told = "".join(
            steps.format(json.dumps({"stage": stage, "count": count, "counted": "things"}))
            for stage, count in (("evidence", 9), ("asking the model", 40))
        )
        # The stream ends there, as when a proxy hangs up.
        ruth.route(
            "**/regenerate/stream",
            lambda route: route.fulfill(content_type="text/event-stream", body=told),
        )
        ruth.get_by_role("button", name="Write impact again").click()
        place = ruth.locator("#impact")
        expect(place.get_by_text("Reading the evidence")).to_be_visible()
        expect(place.get_by_role("status")).to_have_text("Asking the model")
        expect(place.get_by_role("alert")).to_contain_text("The connection was cut.")


class TestWithoutScripts:
    def test_a_section_is_written_again_all_the_same(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        url = drafted(ruth)
        ruth.route("**/static/*.js*", lambda route: route.fulfill(content_type="text/javascript"))
        ruth.goto(url)
        ruth.get_by_text("Edit impact").click()
        ruth.get_by_role("button", name="Write impact again").click()
        noted = ruth.locator(".note", has_text="Impact was written again for ruth")
        expect(noted).to_be_visible()


class TestQuestions:
    def test_an_answer_becomes_a_claim_of_the_authors(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        asked = ruth.locator(".question", has_text="How many users")
        asked.get_by_text("Answer", exact=True).click()
        asked.get_by_label("What you know").fill("Forty people in Leeds.")
        asked.get_by_role("button", name="Add to impact").click()
        expect(ruth.locator("#impact .claims")).to_contain_text("Forty people in Leeds.")
        expect(asked).to_have_count(0)


class TestEvidence:
    def test_every_record_of_the_pack_is_named_and_leads_to_its_page(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        pack = ruth.locator("#evidence")
        pack.locator("summary").click()
        expect(pack.get_by_role("heading", name="The incident itself")).to_be_visible()
        expect(pack.get_by_role("listitem").first).to_contain_text("cited by")
        pack.get_by_role("link").first.click()
        expect(ruth.get_by_role("heading", level=1)).to_contain_text("VPN certificate expired")


class TestChanges:
    def test_a_revision_shows_what_it_changed(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        add(ruth, "impact", "Forty people waited.")
        ruth.get_by_text("Edit impact").click()
        ruth.locator("#impact textarea[name=text]").first.fill("Fifty people waited.")
        ruth.locator("#impact").get_by_role("button", name="Save").click()
        ruth.get_by_role("link", name="What changed in revision 3").click()
        expect(ruth.locator("del")).to_have_text("Forty")
        expect(ruth.locator("ins")).to_have_text("Fifty")
        ruth.get_by_label("From revision").select_option("1")
        ruth.get_by_role("button", name="Compare").click()
        expect(ruth.locator("ins")).to_have_text("Fifty people waited.")
        expect(ruth.locator("del")).to_have_count(0)
        assert ruth.evaluate("document.documentElement.scrollWidth") <= 400


class TestTakingAway:
    def test_every_link_gives_a_file(self, sign_in: SignIn) -> None:
        ana, ruth = sign_in("Ana"), sign_in("Ruth")
        ana.goto(drafted(ruth))
        for label, name in (
            ("Markdown", "INC0001-rca-r1.md"),
            ("HTML", "INC0001-rca-r1.html"),
            ("Word", "INC0001-rca-r1.docx"),
            ("PDF", "INC0001-rca-r1.pdf"),
            ("JSON", "INC0001-rca-r1.json"),
        ):
            with ana.expect_download() as download:
                ana.get_by_role("link", name=label, exact=True).click()
            assert download.value.suggested_filename == name


class TestPage:
    def test_fits_a_sidebar_of_320_pixels(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        ruth.set_viewport_size({"width": 320, "height": 800})
        drafted(ruth)
        for summary in ruth.locator("summary").all():
            summary.click()
        assert ruth.evaluate("document.documentElement.scrollWidth") <= 320


class TestWeakSpots:
    def test_a_vague_action_is_named_beside_its_claim(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        add(ruth, "corrective and preventive actions", "Monitor it closely going forward.")
        claim = ruth.locator("#corrective-and-preventive-actions .claim").last
        expect(claim).to_contain_text("vague action")
        expect(claim).to_contain_text("to be named: an owner, a due date, a measure of success")


class TestCompanions:
    def test_each_is_a_page_with_files_to_take_away(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        drafted(ruth)
        ruth.get_by_role("link", name="status update").click()
        expect(ruth.get_by_role("heading", level=1)).to_contain_text("Status update: VPN")
        expect(ruth.locator(".preview")).to_contain_text("When is the next update")
        ruth.get_by_role("link", name="handover").click()
        expect(ruth.get_by_role("heading", level=1)).to_contain_text("Handover: VPN")
        with ruth.expect_download() as download:
            ruth.get_by_role("link", name="Word").click()
        assert download.value.suggested_filename == "INC0001-handover-r1.docx"
