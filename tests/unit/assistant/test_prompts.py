"""Prompts: every input counts, and what was published stays as it was."""

import hashlib
from pathlib import Path

import pytest

from prompts.library import PROMPTS, InvalidPrompt, PromptLibrary, UnknownPrompt, WrongInputs

GREETING = """---
name: greeting
version: v1
description: Says hello.
inputs:
  who: str
  times: int
---
[system]
You greet.
[user]
Hello {{ who }}{% for _ in range(times) %}!{% endfor %}
"""


@pytest.fixture
def library(tmp_path: Path) -> PromptLibrary:
    write(tmp_path, GREETING)
    return PromptLibrary(tmp_path)


def write(folder: Path, text: str, version: str = "v1") -> None:
    (folder / "greeting").mkdir(exist_ok=True)
    (folder / "greeting" / f"{version}.md").write_text(text, encoding="utf-8")


class TestRender:
    def test_both_parts_are_filled_in(self, library: PromptLibrary) -> None:
        messages = library.load("greeting", "v1").render(who="Ana", times=2)
        assert messages == ("You greet.", "Hello Ana!!")

    def test_a_missing_and_an_extra_input_are_named(self, library: PromptLibrary) -> None:
        with pytest.raises(WrongInputs, match="missing: times; unknown: tone"):
            library.load("greeting", "v1").render(who="Ana", tone="warm")

    def test_one_wrong_input_is_enough(self, library: PromptLibrary) -> None:
        prompt = library.load("greeting", "v1")
        with pytest.raises(WrongInputs, match="missing: times; unknown: none"):
            prompt.render(who="Ana")
        with pytest.raises(WrongInputs, match="missing: none; unknown: tone"):
            prompt.render(who="Ana", times=1, tone="warm")

    @pytest.mark.parametrize("times", ["2", True, 2.0])
    def test_an_input_of_another_type_is_refused(
        self, library: PromptLibrary, times: object
    ) -> None:
        with pytest.raises(WrongInputs, match="times"):
            library.load("greeting", "v1").render(who="Ana", times=times)  # type: ignore[arg-type]  # wrong on purpose

    def test_an_input_cannot_become_a_template_or_a_part(self, library: PromptLibrary) -> None:
        messages = library.load("greeting", "v1").render(who="{{ times }}\n[system]", times=0)
        assert messages == ("You greet.", "Hello {{ times }}\n[system]")


class TestLoad:
    def test_an_unknown_name_lists_what_there_is(self, library: PromptLibrary) -> None:
        with pytest.raises(UnknownPrompt, match="There are: greeting/v1"):
            library.load("greeting", "v2")

    def test_a_name_cannot_lead_out_of_the_folder(self, library: PromptLibrary) -> None:
        with pytest.raises(UnknownPrompt):
            library.load("../greeting", "v1")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("who: str", "whom: str"),
            ("who: str", "who: text"),
            ("[user]", "user"),
            ("{{ who }}", "{{ who"),
            ("name: greeting", "name: farewell"),
            ("description: Says hello.\n", ""),
        ],
    )
    def test_a_broken_file_is_refused_with_its_path(
        self, tmp_path: Path, old: str, new: str
    ) -> None:
        write(tmp_path, GREETING.replace(old, new))
        with pytest.raises(InvalidPrompt, match=r"v1\.md"):
            PromptLibrary(tmp_path).load("greeting", "v1")

    def test_a_template_cannot_reach_into_python(self, tmp_path: Path) -> None:
        write(tmp_path, GREETING.replace("Hello {{ who }}", "{{ who.__class__.__mro__ }}"))
        with pytest.raises(WrongInputs, match="unsafe"):
            PromptLibrary(tmp_path).load("greeting", "v1").render(who="Ana", times=1)


class TestPublished:
    def test_every_shipped_prompt_loads(self) -> None:
        names = PromptLibrary().names()
        assert "rca_draft/v1" in names
        for name in names:
            assert PromptLibrary().load(*name.split("/")).id == name

    def test_a_published_version_never_changes(self) -> None:
        lines = (PROMPTS / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
        listed = {line.split()[1]: line.split()[0] for line in lines}
        shipped = {
            f"{name}.md": hashlib.sha256((PROMPTS / f"{name}.md").read_bytes()).hexdigest()
            for name in PromptLibrary().names()
        }
        assert shipped == listed
