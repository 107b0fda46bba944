"""Markdown runbooks and post-mortems: a file, a folder or a git checkout."""

import configparser
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ingest.connectors.base import Ids, Moments, checked, encoding_of
from ingest.connectors.profile import Profile
from ingest.items import Reject, SourceItem
from retrieval.errors import UnreadableFile
from retrieval.records import RecordKind

_SUFFIXES = (".md", ".markdown", ".mdx", ".html.md.erb")
_SKIPPED_FOLDERS = frozenset({"node_modules", "vendor", "site-packages"})
# The longest handbook page we have seen has a hundredth of this.
_MAX_BYTES = 5 * 1024 * 1024
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?\n?", re.DOTALL | re.M)
_TITLE = re.compile(r"^ {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_KIND_HINTS: tuple[tuple[RecordKind, re.Pattern[str]], ...] = (
    (RecordKind.RCA, re.compile(r"post-?mortems?|incidents?|rcas?|root-?cause", re.I)),
    (RecordKind.KB, re.compile(r"\bkb\b|knowledge|faq", re.I)),
)
_REMOTE = re.compile(r"(?:https://|git@|ssh://git@)(github\.com|gitlab\.com)[:/](.+?)(?:\.git)?/?$")


class _Page(NamedTuple):
    meta: Mapping[str, Any]
    body: str


class MarkdownFolder:
    """Reads every Markdown file below a folder, or one file."""

    name = "markdown"

    def accepts(self, path: Path) -> bool:
        """See ``Connector.accepts``."""
        return path.is_dir() or path.name.lower().endswith(_SUFFIXES)

    def read(self, path: Path, profile: Profile | None) -> Iterator[SourceItem | Reject]:
        """See ``Connector.read``. A file is known by its front matter's id, else by its path."""
        root = path if path.is_dir() else path.parent
        base_url = _permalink(root)
        ids = Ids()
        found = False
        for file in _files(path):
            found = True
            entry = _entry(file, root, base_url)
            duplicate = None
            if isinstance(entry, SourceItem):
                duplicate = ids.reject_duplicate(entry.external_id, entry.place, entry.text)
            yield duplicate or entry
        if not found:
            raise UnreadableFile(
                f"{path} holds no Markdown files ({', '.join(_SUFFIXES)}). Is it the right folder?"
            )


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield checked(path)
        return
    root = path.resolve()
    for file in sorted(path.rglob("*")):
        inner = file.relative_to(path).parts
        hidden = any(part.startswith(".") or part in _SKIPPED_FOLDERS for part in inner)
        # A link must not lead out of the folder that somebody agreed to share.
        inside = file.resolve().is_relative_to(root)
        if file.name.lower().endswith(_SUFFIXES) and file.is_file() and inside and not hidden:
            yield file


def _entry(file: Path, root: Path, base_url: str) -> SourceItem | Reject:
    place = file.relative_to(root).as_posix()
    external_id = _without_suffix(place)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ValueError(f"it is larger than {_MAX_BYTES / 2**20:.0f} MB; split it")
        page = _page(checked(file).read_text(encoding=encoding_of(file)))
        return _item(page, file, place, external_id, base_url)
    except (ValueError, UnreadableFile, OSError) as exc:
        return Reject(place, str(exc), external_id)


def _page(text: str) -> _Page:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return _Page({}, text)
    try:
        meta = yaml.safe_load(match.group(1)) or {}
    except yaml.YAMLError as exc:
        line = getattr(getattr(exc, "problem_mark", None), "line", 0) + 2
        raise ValueError(f"its front matter is not YAML (line {line}); mend or remove it") from exc
    if not isinstance(meta, dict):
        raise ValueError("its front matter is not a list of names and values")  # noqa: TRY004 — a reject
    return _Page({str(name): value for name, value in meta.items()}, text[match.end() :])


def _item(page: _Page, file: Path, place: str, default_id: str, base_url: str) -> SourceItem:
    meta = page.meta
    body = page.body.strip()
    if not body:
        raise ValueError("it has no text")
    heading = _TITLE.search(body)
    title = str(meta.get("title") or (heading and heading.group(1)) or _readable(file))
    moments = Moments()
    return SourceItem(
        place=place,
        external_id=str(meta.get("id") or default_id)[:255],
        kind=_kind(meta.get("kind"), place),
        title=title,
        text=body,
        fields={name: _plain(value) for name, value in meta.items() if name != "title"},
        services=_texts(meta.get("service", meta.get("services"))),
        groups=frozenset(_texts(meta["groups"])) if "groups" in meta else None,
        url=str(meta.get("url") or (f"{base_url}/{place}" if base_url else "")),
        opened_at=moments.read(meta, "opened_at", "date"),
        resolved_at=moments.read(meta, "resolved_at"),
        updated_at=moments.read(meta, "updated_at", "last_reviewed", "created"),
        remarks=tuple(moments.remarks),
    )


def _kind(stated: object, place: str) -> RecordKind:
    if stated is not None:
        try:
            return RecordKind(str(stated).lower())
        except ValueError as exc:
            known = ", ".join(RecordKind)
            raise ValueError(f"its kind {stated!r} is unknown; use one of {known}") from exc
    return next((kind for kind, hint in _KIND_HINTS if hint.search(place)), RecordKind.RUNBOOK)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(str(entry) for entry in value)
    return (str(value),) if value else ()


def _plain(value: Any) -> Any:
    """YAML dates are no JSON values; write them as text."""
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _without_suffix(name: str) -> str:
    suffix = next(s for s in _SUFFIXES if name.lower().endswith(s))
    return name[: -len(suffix)]


def _readable(file: Path) -> str:
    return _without_suffix(file.name).replace("-", " ").replace("_", " ")


def _permalink(root: Path) -> str:
    """Where the folder's files can be seen at their present commit, for well-known hosts."""
    top = next(
        (p for p in (root.resolve(), *root.resolve().parents) if (p / ".git").is_dir()), None
    )
    if top is None:
        return ""
    config = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        config.read(top / ".git" / "config", encoding="utf-8")
        remote = _REMOTE.match(config.get('remote "origin"', "url", fallback=""))
        commit = _head(top / ".git")
    except (OSError, configparser.Error, UnicodeDecodeError):
        # A checkout without a readable remote has no permalink; its text is all there.
        return ""
    if remote is None or commit is None:
        return ""
    inner = root.resolve().relative_to(top).as_posix()
    folder = "" if inner == "." else f"/{inner}"
    return f"https://{remote.group(1)}/{remote.group(2)}/blob/{commit}{folder}"


def _head(git: Path) -> str | None:
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref: "):
        return head
    reference = git / head.removeprefix("ref: ")
    if reference.is_file():
        return reference.read_text(encoding="utf-8").strip()
    packed = git / "packed-refs"
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    wanted = head.removeprefix("ref: ")
    return next((line.split()[0] for line in lines if line.endswith(f" {wanted}")), None)
