"""Index generations on disk: written aside, checksummed, published by an atomic switch.

Layout of the index folder::

    CURRENT                 the name of the published generation
    gen-000042/             one generation, never changed once published
        manifest.json       what it was made from, and the SHA-256 of every file
        …                   the files of the indexes

A new generation shares the files that did not change with the one before (hard links), so
that a small change is published in the time that it takes itself. A process that is killed
while it builds leaves a ``building-…`` folder, which the next build sweeps away. A bit that
flips in a published file is found at loading.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import CorruptIndex

_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_BUILDING = "building-"
_NAME = re.compile(r"gen-(\d{6,})")


class Recipe(BaseModel):
    """What must be equal for an index to fit the code and the corpus' embedder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_id: str
    dimension: int
    chunker: str
    analysis: str
    vectors: str = "faiss"
    format: int = 2


class Manifest(BaseModel):
    """What a generation was made from, and how to tell that it is whole.

    ``segments`` are the names of its segments, in the order of their rows; ``embedder`` says
    how to load the model again that made its vectors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: Recipe
    corpus_version: int
    records: int
    passages: int
    segments: tuple[str, ...] = ()
    embedder: dict[str, str] = {}
    sha256: dict[str, str] = {}


Known: TypeAlias = Mapping[int, str]
"""Checksums of files that were read and found right before, by inode."""


class GenerationFolder:
    """The folder that holds an installation's index generations."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def current(self) -> Path | None:
        """The published generation, or ``None`` before the first one."""
        try:
            name = (self._root / _CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        if not _NAME.fullmatch(name) or not (self._root / name).is_dir():
            raise CorruptIndex(
                f"{self._root / _CURRENT} names {name!r}, which is not a generation. "
                "Run 'precedent index rebuild'."
            )
        return self._root / name

    @contextmanager
    def building(self) -> Iterator[Path]:
        """An empty folder to build in; it is removed unless :meth:`publish` took it.

        One builder at a time: a second one waits for the first.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        with FileLock(self._root / "build.lock"):
            # Whoever held the lock before is gone, so what it left half built is waste.
            for leftover in self._root.glob(f"{_BUILDING}*"):
                shutil.rmtree(leftover, ignore_errors=True)
            folder = self._root / f"{_BUILDING}{os.getpid()}"
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def embedding(self) -> Iterator[None]:
        """Held by the one process that embeds for this folder; a second one waits."""
        self._root.mkdir(parents=True, exist_ok=True)
        with FileLock(self._root / "embed.lock"):
            yield

    def segments(self) -> set[str]:
        """The names of the segments of all generations that are kept."""
        kept = (path for path in self._root.iterdir() if _NAME.fullmatch(path.name))
        return {name for path in kept for name in read_manifest(path).segments}

    def publish(self, folder: Path, manifest: Manifest, known: Known | None = None) -> Path:
        """Make a built folder the current generation; readers move over at their next query.

        Everything is on disk before the switch, and the switch is one rename: a crash
        leaves either the old generation or the new one. ``known`` saves reading the files
        again that are shared with the generation before.
        """
        known = known or {}
        sums = {name: _known_sha256(folder / name, known) for name in _files(folder)}
        complete = manifest.model_copy(update={"sha256": sums})
        (folder / _MANIFEST).write_text(complete.model_dump_json(indent=1), encoding="utf-8")
        for path in [*folder.rglob("*"), folder]:
            if path.is_dir() or path.stat().st_ino not in known:
                _sync(path)
        target = self._root / f"gen-{self._last_number() + 1:06d}"
        folder.rename(target)
        pointer = self._root / f"{_CURRENT}.{os.getpid()}"
        pointer.write_text(target.name + "\n", encoding="utf-8")
        _sync(pointer)
        pointer.rename(self._root / _CURRENT)
        _sync(self._root)
        self._sweep(keep=target)
        return target

    def _last_number(self) -> int:
        names = (_NAME.fullmatch(path.name) for path in self._root.iterdir())
        return max((int(match.group(1)) for match in names if match), default=0)

    def _sweep(self, keep: Path) -> None:
        """Remove all but the current and the previous one, which readers may still be opening."""
        generations = sorted(path for path in self._root.iterdir() if _NAME.fullmatch(path.name))
        for old in generations[: generations.index(keep)][:-1]:
            shutil.rmtree(old, ignore_errors=True)


def verified(folder: Path, recipe: Recipe, known: Known | None = None) -> Manifest:
    """The manifest of a generation that is whole and fits; raises ``CorruptIndex`` otherwise.

    Files in ``known`` were read before and are not read again.
    """
    manifest = read_manifest(folder)
    if manifest.recipe != recipe:
        found = json.dumps(manifest.recipe.model_dump(), sort_keys=True)
        raise CorruptIndex(
            f"The index {folder.name} was made with {found}, which does not fit the settings. "
            "Run 'precedent index rebuild'."
        )
    present = set(_files(folder)) - {_MANIFEST}
    for name, expected in manifest.sha256.items():
        if name not in present or not _is_whole(folder / name, expected, known or {}):
            raise CorruptIndex(
                f"{folder / name} is damaged or missing. Run 'precedent index rebuild'; "
                "nothing needs to be ingested or embedded again."
            )
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What a generation says of itself, unchecked; raises ``CorruptIndex`` if unreadable."""
    try:
        text = (folder / _MANIFEST).read_text(encoding="utf-8")
        return Manifest.model_validate_json(text)
    except (OSError, ValidationError, UnicodeDecodeError) as exc:
        raise CorruptIndex(
            f"{folder / _MANIFEST} cannot be read. Run 'precedent index rebuild'."
        ) from exc


def _files(folder: Path) -> list[str]:
    # Lock files belong to whoever has the index open, not to the generation.
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    )


def known_files(folder: Path, manifest: Manifest) -> Known:
    """The checksums of a verified generation's files, for its successor."""
    return {(folder / name).stat().st_ino: digest for name, digest in manifest.sha256.items()}


def link_files(source: Path, target: Path) -> None:
    """Give every file of a folder a second name in another, subfolders included."""
    for name in _files(source):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(source / name, target / name)


def _is_whole(path: Path, expected: str, known: Known) -> bool:
    # An inode is used again once its file is gone: what is known can only confirm.
    return known.get(path.stat().st_ino) == expected or _sha256(path) == expected


def _known_sha256(path: Path, known: Known) -> str:
    return known.get(path.stat().st_ino) or _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
