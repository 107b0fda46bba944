"""A closer reading adds to what was known, and is off unless it is configured."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.access import Reader, RecordFilter
from retrieval.embedders.packaged import MINILM
from retrieval.errors import InvalidSettings, ModelUnavailable
from retrieval.rerankers import RERANKERS, RerankerChoice, reranker
from retrieval.searcher import Query, Searcher
from tests.conftest import Corpus, content


class Liking:
    """Likes texts with one word."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.read: list[str] = []

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        self.read += texts
        return np.array([float(self.word in text) for text in texts])


class TestReranking:
    @pytest.fixture
    def filled(self, corpus: Corpus) -> Corpus:
        corpus.add(
            *[content(str(n), f"VPN gateway {n} drops clients every hour") for n in range(12)],
            content("cert", "VPN gateway drops clients: certificate expired, every hour or so"),
            content("far", "Certificate of the coffee machine"),
        )
        corpus.publish()
        return corpus

    def ids(self, corpus: Corpus, reader: Liking | None, k: int = 5) -> list[str]:
        searcher = Searcher(corpus.reader, corpus.store, reranker=reader)
        text = "VPN gateway drops clients every hour"
        hits = searcher.search(Query(text, RecordFilter(Reader.operator()), k=k)).hits
        return [hit.record.id for hit in hits]

    def test_what_it_likes_moves_up_among_the_first(self, filled: Corpus) -> None:
        liking = Liking("certificate")
        before = self.ids(filled, None, k=20)
        assert "cert" in before[1:]
        assert self.ids(filled, liking)[0] == "cert"
        assert len(liking.read) <= 20

    def test_its_word_alone_does_not_decide(self, filled: Corpus) -> None:
        assert self.ids(filled, Liking("coffee"), k=20)[0] != "far"


class TestCatalogue:
    def test_nothing_is_used_unless_named(self) -> None:
        assert reranker(RerankerChoice()) is None

    def test_late_interaction_prefers_the_text_that_says_the_same(self) -> None:
        closer = RERANKERS["late-interaction"](RerankerChoice())
        texts = ["The certificate of the VPN has run out", "Lunch is at noon"]
        same, other = closer.scores("VPN certificate expired", texts)
        assert 0.0 <= other < same <= 1.0
        assert closer.scores("x", []).shape == (0,)

    def test_mistakes_are_named(self) -> None:
        with pytest.raises(InvalidSettings, match="late-interaction, cross-encoder"):
            reranker(RerankerChoice("nope"))
        with pytest.raises(InvalidSettings, match="PRECEDENT_RERANKER__MODEL"):
            reranker(RerankerChoice("cross-encoder"))

    def test_a_cross_encoder_that_is_not_there_is_named(self) -> None:
        closer = reranker(RerankerChoice("cross-encoder", "/nowhere/at-all"))
        assert closer is not None
        with pytest.raises(ModelUnavailable, match="nowhere"):
            closer.scores("a", ["b"])

    @pytest.mark.filterwarnings("ignore")
    def test_any_cross_encoder_can_be_loaded(self) -> None:
        # A model without a trained head: its scores mean nothing, its path is the real one.
        closer = reranker(RerankerChoice("cross-encoder", str(MINILM.path())))
        assert closer is not None
        scores = closer.scores("VPN down", ["VPN is down", "lunch"])
        assert scores.shape == (2,)
        assert ((scores >= 0) & (scores <= 1)).all()
