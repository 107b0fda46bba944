"""A corpus embedded by a real Ray cluster on this machine."""

import os
from functools import partial

import numpy as np
import pytest

from retrieval.embedders import EmbedderChoice, embedder
from retrieval.embedders.ray_pool import RayEmbedder
from retrieval.indexer import Indexer
from tests.conftest import Corpus, content

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(
        os.environ.get("PRECEDENT_TEST_RAY") != "1",
        reason="set PRECEDENT_TEST_RAY=1 after pip install 'precedent[ray]'",
    ),
    # Ray's own imports warn; they are not ours to mend.
    pytest.mark.filterwarnings("ignore"),
]


def test_actors_give_the_vectors_of_the_local_model(corpus: Corpus) -> None:
    load = partial(embedder, EmbedderChoice())
    corpus.add(*[content(str(n), f"router {n} rebooted after error {n * 7}") for n in range(600)])
    spread = RayEmbedder(load, actors=2)
    indexer = Indexer(corpus.database, spread, corpus.folder, chunk=500)
    report = indexer.refresh()
    assert report is not None
    assert report.passages == 600
    texts = [f"router {n} rebooted after error {n * 7}" for n in range(300)]
    assert np.allclose(spread.passages(texts), load().passages(texts), atol=1e-5)
