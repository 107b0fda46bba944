"""Every embedder of the catalogue keeps the promises of the port."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from retrieval.embedders import EMBEDDERS, EmbedderChoice, embedder, recalled
from retrieval.embedders.hashing import HashingEmbedder
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


def embeddings(request: Request) -> Response:
    """What a server of the common kind answers: vectors of any length, in any order."""
    texts = request.get_json()["input"]
    vectors = 3 * HashingEmbedder().passages(texts)
    data = [{"index": n, "embedding": row.tolist()} for n, row in enumerate(vectors)]
    return Response(json.dumps({"data": data[::-1]}), content_type="application/json")


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as running:
        running.expect_request("/v1/embeddings").respond_with_handler(embeddings)
        yield running


@pytest.fixture(scope="module", params=sorted(EMBEDDERS))
def each(request: pytest.FixtureRequest, server: HTTPServer) -> Embedder:
    models = {"sentence-transformers": str(MINILM.path()), "openai-compatible": "hashing"}
    model = models.get(request.param, "")
    return embedder(
        EmbedderChoice(backend=request.param, model=model, base_url=server.url_for("/v1"))
    )


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


class TestOpenAiCompatible:
    def chosen(self, server: HTTPServer, prefix: str = "") -> Embedder:
        url = server.url_for("/v1")
        choice = EmbedderChoice("openai-compatible", "hashing", url, api_key="s3cr3t")
        return embedder(replace(choice, query_prefix=prefix))

    def test_the_key_and_the_prefixes_are_sent(self, httpserver: HTTPServer) -> None:
        httpserver.expect_request(
            "/v1/embeddings",
            headers={"Authorization": "Bearer s3cr3t"},
            json={"model": "hashing", "input": ["query: disk full"]},
        ).respond_with_handler(embeddings)
        chosen = self.chosen(httpserver, "query: ")
        assert chosen.query("disk full").shape == (HashingEmbedder().dimension,)

    def test_other_prefixes_make_another_model(self, httpserver: HTTPServer) -> None:
        plain = self.chosen(httpserver).model_id
        assert self.chosen(httpserver, "query: ").model_id != plain

    def test_a_busy_server_is_asked_again(self, httpserver: HTTPServer) -> None:
        busy = Response("slow down", status=429, headers={"Retry-After": "0"})
        httpserver.expect_oneshot_request("/v1/embeddings").respond_with_response(busy)
        httpserver.expect_request("/v1/embeddings").respond_with_handler(embeddings)
        assert self.chosen(httpserver).query("disk full").any()

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (Response("no such key", status=401), "answered 401: no such key"),
            (Response("<html>"), "did not answer with JSON"),
            (Response('{"data": [{}]}'), "has not the form"),
            (Response('{"data": []}'), "0 vectors"),
            (Response(status=302, headers={"Location": "http://elsewhere/"}), "answered 302"),
        ],
    )
    def test_what_is_wrong_is_said_without_the_key(
        self, httpserver: HTTPServer, answer: Response, said: str
    ) -> None:
        httpserver.expect_request("/v1/embeddings").respond_with_response(answer)
        with pytest.raises(ModelUnavailable, match=said) as caught:
            self.chosen(httpserver).query("disk full")
        assert "s3cr3t" not in f"{caught.value!r} {caught.value.__cause__!r}"

    def test_the_key_of_a_server_stays_with_it(self) -> None:
        now = EmbedderChoice("openai-compatible", "m", "http://one/v1", api_key="s3cr3t")
        before = recalled(now, {**now.described(), "base_url": "http://two/v1"})
        assert before is not None
        assert "authorization" not in before._http._client.headers  # type: ignore[attr-defined]  # hidden


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

    def test_a_server_needs_an_address_and_a_model(self) -> None:
        with pytest.raises(InvalidSettings, match="PRECEDENT_EMBEDDER__BASE_URL"):
            embedder(EmbedderChoice(backend="openai-compatible", model="m"))

    def test_an_embedder_is_recalled_from_what_an_index_says_of_it(self) -> None:
        then, now = EmbedderChoice("onnx-minilm-int8"), EmbedderChoice()
        before = recalled(now, then.described())
        assert before is not None
        assert before.model_id == embedder(then).model_id
        assert recalled(now, {"backend": "gone"}) is None

    def test_a_model_that_is_not_there_is_named(self) -> None:
        with pytest.raises(ModelUnavailable, match="nowhere"):
            embedder(EmbedderChoice("sentence-transformers", "/nowhere/at-all")).query("x")
