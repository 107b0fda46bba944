"""The house rules that can be counted."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.api.errors import STATUS
from retrieval import errors
from tests.conftest import PROJECT

ROOMS = ("assistant", "retrieval", "prompts", "evals", "ingest", "tests")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
FOLDERS = {*ROOMS, "docs"}

MODULES = sorted(
    path
    for room in ROOMS
    for path in (PROJECT / room).rglob("*.py")
    if "versions" not in path.parts
)


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


class TestSizes:
    def test_modules_stay_short(self) -> None:
        lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
        assert {str(p): n for p, n in lengths.items() if n > MAX_MODULE_LINES} == {}

    def test_functions_stay_short(self) -> None:
        long = {
            f"{path.relative_to(PROJECT)}:{node.name}": lines_of(node)
            for path in MODULES
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and lines_of(node) > MAX_FUNCTION_LINES
        }
        assert long == {}


class TestLayout:
    def test_there_are_no_other_rooms(self) -> None:
        tracked = subprocess.run(
            ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        folders = {name.split("/")[0] for name in tracked if "/" in name}
        assert folders <= {*FOLDERS, ".ci"}

    def test_every_reference_to_a_decision_record_leads_somewhere(self) -> None:
        numbers = {path.name[:4] for path in (PROJECT / "docs" / "decisions").glob("*.md")}
        for path in MODULES:
            named = re.findall(r"docs/decisions/(\d{4})", path.read_text(encoding="utf-8"))
            assert set(named) <= numbers, path


class TestErrors:
    def test_every_leaf_has_a_status(self) -> None:
        leaves = {
            error
            for error in vars(errors).values()
            if isinstance(error, type) and issubclass(error, errors.PrecedentError)
        } - {errors.PrecedentError}
        assert leaves == set(STATUS)

    def test_the_tree_is_drawn_in_full(self) -> None:
        drawing = errors.__doc__ or ""
        for error in STATUS:
            assert error.__name__ in drawing


class TestStart:
    @pytest.mark.parametrize("heavy", ["torch", "transformers", "langchain_core", "fastapi"])
    def test_the_command_line_starts_without_heavy_libraries(self, heavy: str) -> None:
        code = f"import sys, assistant.cli; sys.exit({heavy!r} in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_modules_are_found() -> None:
    assert Path(PROJECT / "retrieval" / "searcher.py") in MODULES
