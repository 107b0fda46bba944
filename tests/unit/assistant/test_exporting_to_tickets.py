"""What is written into tickets: plain text and ADF say all that the Markdown says."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given

from assistant.domain.drafts import Claim, ClaimKind, Question, SectionName, Verdict
from assistant.services.exporting.adf import render_adf
from assistant.services.exporting.outline import Outline, outline
from assistant.services.exporting.text import render_text
from ingest.adf import adf_text
from ingest.text import clean_text
from tests.adf_schema import problems
from tests.drafts import PAST, TEXTS, body, fact, stated, stored

TOLD = outline(
    stored(
        body(
            {
                SectionName.IMPACT: [
                    fact("Payments failed at 10:07."),
                    stated("40 people waited."),
                ],
                SectionName.ROOT_CAUSE: [
                    Claim(
                        text="The disk was full.",
                        kind=ClaimKind.PRECEDENT,
                        verdict=Verdict.SUPPORTED,
                        citations=(PAST,),
                    )
                ],
            },
            Question(section=SectionName.IMPACT, text="How many customers?"),
        )
    )
)
SAID = """Payments down

Impact
- Payments failed at 10:07. [1]
- (stated by the author) 40 people waited.

Root cause
- (precedent: INC0) The disk was full. [2]

Open questions
- How many customers? (Impact)

References
[1] INC1, revision 2, characters 10–35: “Payments failed at 10:07.”
[2] INC0, revision 1, characters 0–18: “The disk was full.”

Drafted by the chat writer (prompt rca_draft/v1, model scripted:one) from 2 records of evidence; \
revision 1 by ruth.

ref: prop-1
"""


def saying(*claims: str) -> Outline:
    return outline(stored(body({SectionName.IMPACT: [fact(text) for text in claims]})))


class TestText:
    def test_reads_as_a_note_would(self) -> None:
        assert render_text(TOLD, ("ref: prop-1",)) == SAID

    @pytest.mark.parametrize(
        ("claim", "shown"),
        [
            # ServiceNow renders HTML between these marks in a journal.
            ("[code]<img src=x>[/CODE]", "(code)<img src=x>(/CODE)"),
            # Wiki notation of the Service Desk API's comments: links, mentions, files, images.
            ("see [here|https://x.example]", "see (here|https://x.example)"),
            ("see [https://x.example]", "see (https://x.example)"),
            ("ask [~accountid:5b10]", "ask (~accountid:5b10)"),
            ("!https://x.example/a.png!", "! https://x.example/a.png!"),
            ("[^file.pdf]", "(^file.pdf)"),
            ("a\u200bb\x85c", "ab c"),
        ],
    )
    def test_nothing_in_it_is_acted_on(self, claim: str, shown: str) -> None:
        assert f"- {shown} [1]" in render_text(saying(claim))

    @pytest.mark.parametrize(
        "claim", ["[ERROR] disk full!", "Stop! Now!", "<b>1 < 2 && x[0] | y[1]</b>", "a != b"]
    )
    def test_what_is_harmless_stays_as_it_is(self, claim: str) -> None:
        assert f"- {claim} [1]" in render_text(saying(claim))

    @given(TEXTS)
    def test_a_claim_is_one_line_without_control_characters(self, text: str) -> None:
        told = render_text(saying(text))
        assert len([line for line in told.split("\n") if line.startswith("- ")]) == 1
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)
        assert not re.search(r"\[/?code\]", told, re.IGNORECASE)

    def test_what_an_outline_leaves_out_leaves_no_gap(self) -> None:
        bare = replace(TOLD, title="", questions=(), references=(), provenance="")
        assert render_text(bare).startswith("Impact\n- Payments")
        assert "\n\n\n" not in render_text(bare)


class TestAdf:
    def test_reads_as_a_comment_would(self) -> None:
        told = adf_text(json.loads(render_adf(TOLD, ("ref: prop-1",))))
        assert told.startswith(
            "### Payments down\n\n#### Impact\n\n- Payments failed at 10:07. [1]"
        )
        assert "\n- (precedent: INC0) The disk was full. [2]" in told
        assert "\n1. INC1, revision 2, characters 10–35:" in told
        assert told.endswith("revision 1 by ruth.\n\nref: prop-1")

    @given(TEXTS, TEXTS)
    def test_says_every_claim_and_is_valid(self, one: str, two: str) -> None:
        told = saying(one, two)
        document = json.loads(render_adf(told, (one.strip(),)))
        shown = adf_text(document)
        for line in told.parts[0].lines:
            assert clean_text(line.text).strip() in shown
        assert problems(document) == []

    def test_a_bare_outline_is_valid(self) -> None:
        bare = replace(TOLD, title="", parts=(), questions=(), references=(), provenance="")
        assert problems(json.loads(render_adf(bare))) == []
        assert problems(json.loads(render_adf(bare, ("ref: prop-1", "")))) == []

    def test_the_marker_is_the_last_paragraph(self) -> None:
        last = json.loads(render_adf(TOLD, ("ref: prop-1",)))["content"][-1]
        assert last == {"type": "paragraph", "content": [{"type": "text", "text": "ref: prop-1"}]}

    def test_is_the_same_bytes_again(self) -> None:
        made = render_adf(TOLD, ("ref: prop-1",))
        assert made == render_adf(TOLD, ("ref: prop-1",))
        assert made == json.dumps(
            json.loads(made), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
