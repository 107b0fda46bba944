"""Where sentences begin and end in operations text, and which of them tell a cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services.sentences import UnitKind, causal, sentences


def found(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


class TestBoundaries:
    def test_prose_is_split_at_its_full_stops(self) -> None:
        assert found("The disk was full. Writes failed.") == [
            "The disk was full.",
            "Writes failed.",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "It took approx. 40 minutes, e.g. for db-1.example.org and v1.35.2 at 3.5 GB.",
            "J. Birchall called Dr. Ames about no. 4 of the list.",
            "Run `systemctl stop foo. && reboot` on web-1.",
            "It failed vs. the baseline, i.e. it was 2.5 times slower.",
            "See [the plan. Part two](https://example.org/a.b) for more.",
        ],
    )
    def test_abbreviations_names_and_numbers_do_not_end_a_sentence(self, text: str) -> None:
        assert found(text) == [text]

    def test_a_number_after_no_is_a_number_and_a_capital_begins_a_sentence(self) -> None:
        assert found("The answer was no. The node stayed.") == [
            "The answer was no.",
            "The node stayed.",
        ]

    def test_a_wrapped_line_is_joined(self) -> None:
        text = "The pool was exhausted because the\nlimit had been lowered\nin March."
        assert found(text) == [text]

    def test_lines_that_stand_for_themselves_stay_apart(self) -> None:
        assert found("Rotate the key of all accounts\nRestart the broker") == [
            "Rotate the key of all accounts",
            "Restart the broker",
        ]

    def test_list_items_are_units_without_their_markers(self) -> None:
        text = "- **Impact**: none seen\n  * [x] restart web-1\n 2) page the vendor\n• done by hand"
        assert found(text) == [
            "Impact**: none seen",
            "restart web-1",
            "page the vendor",
            "done by hand",
        ]

    def test_a_dated_line_begins_a_unit(self) -> None:
        assert found("10:02 Alert fired\n10:05 Engineer paged") == [
            "10:02 Alert fired",
            "10:05 Engineer paged",
        ]

    def test_table_rows_are_units_and_heads_are_not(self) -> None:
        text = "| Time | Note |\n|---|:--|\n| 10:00 | Down. Page sent. |\n| 10:05 | Up |"
        assert found(text) == ["10:00 | Down. Page sent.", "10:05 | Up"]

    def test_a_fenced_block_is_one_unit(self) -> None:
        text = "It said:\n```\nerror: a. b.\nretry. failed.\n```\nThen it stopped."
        units = sentences(text)
        assert [u.kind for u in units] == [UnitKind.PROSE, UnitKind.CODE, UnitKind.PROSE]
        assert text[units[1].start : units[1].end] == "error: a. b.\nretry. failed."

    def test_a_run_of_log_lines_is_one_unit(self) -> None:
        log = "2026-03-01T10:00:00Z ERROR pool: timeout. retry\n2026-03-01T10:00:01Z WARN pool: x"
        assert found(f"We saw:\n{log}\nIt recovered.") == ["We saw:", log, "It recovered."]

    def test_headings_rules_and_bare_links_say_nothing(self) -> None:
        assert found("# Incident\n\n---\n\nhttps://chat.example.org/a/b\n\nDown.") == ["Down."]

    def test_sentences_of_one_item_share_a_block(self) -> None:
        blocks = [s.block for s in sentences("- One. Two.\n- Three.")]
        assert blocks[0] == blocks[1] != blocks[2]

    def test_only_the_range_is_read(self) -> None:
        text = "Before. Inside one. Inside two. After."
        units = sentences(text, 8, 31)
        assert [text[u.start : u.end] for u in units] == ["Inside one.", "Inside two."]


PIECES = st.sampled_from(
    ["a", "B", "web-1", ".", ". ", "! ", "? ", "\n", "\n\n", "- ", "* ", "1. ", "| ", "|", "```",
     "`", "**", "# ", "> ", ": ", "10:05 ", "e.g. ", "https://x.org/a ", "[l](u)", "ß", "\t", " ",
     "é. ",
     "2026-01-01 10:00:00 ERROR x", "…", "\u200b", "---", "~~~"]
)  # fmt: skip


class TestOffsets:
    @given(st.lists(PIECES, max_size=40).map("".join), st.data())
    def test_spans_lie_in_the_range_in_order_and_apart(
        self, text: str, data: st.DataObject
    ) -> None:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        position = start
        for unit in sentences(text, start, end):
            assert position <= unit.start < unit.end <= end
            said = text[unit.start : unit.end]
            assert not said[0].isspace()
            assert not said[-1].isspace()
            assert any(character.isalnum() for character in said)
            position = unit.end

    def test_a_long_line_takes_linear_time(self) -> None:
        assert len(sentences("e.g. " * 20_000)) == 1


class TestCausal:
    @pytest.mark.parametrize(
        "text",
        [
            "Checkout failed because the certificate had expired.",
            "The outage was caused by a missing setting.",
            "Logins failed due to a stale record.",
            "The root cause was a race in the health check.",
            "The change led to a restart of all pods.",
            "After the cluster was upgraded, legacy clients were refused.",
            "The pods were killed by the descheduler.",
            "The label was gone, so the policy refused the pods.",
            "The script targeted the wrong cluster by mistake.",
            "We found that the cause was a bug in the pipeline.",
        ],
    )
    def test_a_told_cause_is_causal(self, text: str) -> None:
        assert causal(text)

    @pytest.mark.parametrize(
        "text",
        [
            "The team began investigating the root cause.",
            "Disk space was ruled out as the cause.",
            "The issue was reported by a user.",
            "A rule was added to prevent requests being blocked due to the cookie.",
            "The new release has not caused errors.",
            "The cause is still unknown.",
            "The service was restored by the on-call engineer.",
            "Prometheus was unavailable for 27 minutes.",
        ],
    )
    def test_looking_for_a_cause_or_mending_is_not(self, text: str) -> None:
        assert not causal(text)
