"""Every embedder of the catalogue keeps the promises of the port."""

import numpy as np
import pytest

from retrieval.embedders import EMBEDDERS, EmbedderChoice, embedder
from retrieval.embedders.packaged import MINILM, PackagedModel
from retrieval.errors import InvalidSettings, ModelUnavailable
from retrieval.ports import Embedder

TEXTS = [
    "VPN drops every ten minutes",
    "ORA-00257: archiver error. Connect internal only, until freed.",
    "word " * 2_000,
    "",
    "¿Qué pasa? 🙂 \ud800",
]


@pytest.fixture(scope="module", params=sorted(EMBEDDERS))
def each(request: pytest.FixtureRequest) -> Embedder:
    model = str(MINILM.path()) if request.param == "sentence-transformers" else ""
    return embedder(EmbedderChoice(backend=request.param, model=model))


class TestEmbedders:
    def test_vectors_are_unit_rows_in_the_order_of_the_texts(self, each: Embedder) -> None:
        vectors = each.passages(TEXTS[:4])
        assert vectors.shape == (4, each.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
        for text, vector in zip(TEXTS, vectors, strict=False):
            assert np.allclose(each.passages([text])[0], vector, atol=1e-5)

    def test_no_text_gives_no_rows(self, each: Embedder) -> None:
        assert each.passages([]).shape == (0, each.dimension)

    def test_a_query_is_one_vector(self, each: Embedder) -> None:
        assert each.query(TEXTS[0]).shape == (each.dimension,)

    def test_the_model_has_a_name(self, each: Embedder) -> None:
        assert each.model_id


class TestPackagedModel:
    def test_onnx_agrees_with_sentence_transformers_on_torch(self) -> None:
        onnx = embedder(EmbedderChoice())
        torch = embedder(EmbedderChoice("sentence-transformers", str(MINILM.path())))
        assert np.abs(onnx.passages(TEXTS[:4]) - torch.passages(TEXTS[:4])).max() < 1e-5

    def test_broken_unicode_is_embedded_all_the_same(self) -> None:
        assert embedder(EmbedderChoice()).passages([TEXTS[4]]).shape == (1, 384)

    def test_a_changed_file_is_refused(self) -> None:
        forged = PackagedModel(
            name=MINILM.name,
            package=MINILM.package,
            folder=MINILM.folder,
            sha256={**MINILM.sha256, "config.json": "0" * 64},
        )
        with pytest.raises(ModelUnavailable, match=r"config\.json"):
            forged.path()

    def test_a_missing_package_is_named(self) -> None:
        absent = PackagedModel("m", "no_such_package", "model", MINILM.sha256)
        with pytest.raises(ModelUnavailable, match="pip install no-such-package"):
            absent.path()


class TestCatalogue:
    def test_an_unknown_backend_lists_the_known(self) -> None:
        with pytest.raises(InvalidSettings, match="onnx-minilm"):
            embedder(EmbedderChoice(backend="nope"))

    def test_sentence_transformers_needs_a_model(self) -> None:
        with pytest.raises(InvalidSettings, match="PRECEDENT_EMBEDDER__MODEL"):
            embedder(EmbedderChoice(backend="sentence-transformers"))

    def test_a_model_that_is_not_there_is_named(self) -> None:
        with pytest.raises(ModelUnavailable, match="nowhere"):
            embedder(EmbedderChoice("sentence-transformers", "/nowhere/at-all")).query("x")
