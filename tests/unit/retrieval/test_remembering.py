"""An embedder that remembers answers as the one it wraps, and asks it less often."""

from collections.abc import Sequence

import numpy as np

from retrieval.embedders.hashing import HashingEmbedder
from retrieval.embedders.remembering import Remembering
from retrieval.ports import Vectors


class Counting(HashingEmbedder):
    """Counts the texts that were really embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().passages(texts)


class TestRemembering:
    def test_vectors_are_those_of_the_embedder_in_the_order_of_the_texts(self) -> None:
        plain, remembering = HashingEmbedder(), Remembering(HashingEmbedder())
        texts = ["disk full", "vpn down", "disk full", ""]
        remembering.passages(["vpn down"])
        assert np.array_equal(remembering.passages(texts), plain.passages(texts))
        assert np.array_equal(remembering.query("disk full"), plain.query("disk full"))
        assert (remembering.model_id, remembering.dimension) == (plain.model_id, plain.dimension)

    def test_a_text_is_embedded_once(self) -> None:
        counting = Counting()
        remembering = Remembering(counting)
        remembering.passages(["disk full", "disk full", "vpn down"])
        remembering.passages(["vpn down", "mail slow"])
        assert counting.texts == ["disk full", "vpn down", "mail slow"]

    def test_no_text_gives_no_rows(self) -> None:
        assert Remembering(HashingEmbedder()).passages([]).shape[0] == 0

    def test_a_document_is_not_kept(self) -> None:
        counting = Counting()
        remembering = Remembering(counting)
        for _ in range(2):
            remembering.passages(["log line " * 1_000])
        assert len(counting.texts) == 2

    def test_what_is_kept_cannot_be_changed_from_outside(self) -> None:
        remembering = Remembering(HashingEmbedder())
        remembering.passages(["disk full"])[0, :] = 7.0
        assert np.allclose(
            remembering.passages(["disk full"]), HashingEmbedder().passages(["disk full"])
        )
