"""Builds the ONNX graph of a BERT encoder from its safetensors file.

ONNX Runtime answers one query in a third of the time that torch takes, and starts
in half a second instead of ten. Exporting a graph needs torch; writing it down from
the weights does not: a BERT encoder (Devlin et al., 2019, arXiv:1810.04805) is the
same few operators in every layer.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from retrieval.errors import ModelUnavailable

# LayerNormalization exists since operator set 17, Gelu since 20.
_OPSET = 20
_IR_VERSION = 10
# Added to the attention scores of padding; exp() of it is 0 in float32.
_MASKED = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class BertShape:
    """The part of a model's ``config.json`` that the graph depends on."""

    layers: int
    heads: int
    hidden: int
    epsilon: float

    @classmethod
    def read(cls, folder: Path) -> "BertShape":
        """Read ``config.json``; raises ``ModelUnavailable`` unless it is a plain BERT."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        plain = (
            config.get("model_type") == "bert"
            and config.get("hidden_act") == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
        )
        if not plain:
            raise ModelUnavailable(
                f"{folder} holds a {config.get('model_type')!r} model, not a plain BERT encoder. "
                "Use the embedder backend 'sentence-transformers' for it."
            )
        return cls(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            hidden=config["hidden_size"],
            epsilon=config.get("layer_norm_eps", 1e-12),
        )


def bert_onnx(folder: Path) -> bytes:
    """The serialised graph of the BERT encoder in ``folder``.

    Inputs ``ids`` and ``mask``: int64 (batch, tokens). Output ``hidden``: float32
    (batch, tokens, hidden), the last layer. Token type 0 throughout.
    """
    import onnx

    graph = _Graph(BertShape.read(folder), load_file(folder / "model.safetensors"))
    hidden = graph.embeddings()
    bias = graph.attention_bias()
    for layer in range(graph.shape.layers):
        hidden = graph.layer(f"encoder.layer.{layer}", hidden, bias)
    graph.node("Identity", [hidden], output="hidden")
    axes = ["batch", "tokens"]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            "bert",
            [
                onnx.helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, axes),
                onnx.helper.make_tensor_value_info("mask", onnx.TensorProto.INT64, axes),
            ],
            [
                onnx.helper.make_tensor_value_info(
                    "hidden", onnx.TensorProto.FLOAT, [*axes, graph.shape.hidden]
                )
            ],
            graph.constants,
        ),
        opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    serialized: bytes = model.SerializeToString()
    return serialized


class _Graph:
    """A graph under construction: its nodes, its constants and names for both."""

    def __init__(self, shape: BertShape, weights: dict[str, Any]) -> None:
        import onnx

        self._onnx = onnx
        self.shape = shape
        # Some files carry the name of the wrapped model in front.
        self._weights = {name.removeprefix("bert."): value for name, value in weights.items()}
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._named: set[str] = set()

    def node(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """Add one operator; returns the name of its output."""
        name = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(self._onnx.helper.make_node(operator, inputs, [name], **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        """Add a constant tensor once; returns its name."""
        if name not in self._named:
            self._named.add(name)
            self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        """A tensor of the model file, as float32."""
        value = self._weights[name].astype(np.float32)
        return self.constant(name, np.ascontiguousarray(value.T) if transposed else value)

    def dense(self, prefix: str, source: str) -> str:
        """``source @ W.T + b``."""
        product = self.node("MatMul", [source, self.weight(f"{prefix}.weight", transposed=True)])
        return self.node("Add", [product, self.weight(f"{prefix}.bias")])

    def norm(self, prefix: str, source: str) -> str:
        """Layer normalisation over the last axis."""
        return self.node(
            "LayerNormalization",
            [source, self.weight(f"{prefix}.weight"), self.weight(f"{prefix}.bias")],
            axis=-1,
            epsilon=self.shape.epsilon,
        )

    def embeddings(self) -> str:
        """Word + position + type embeddings, normalised."""
        words = self.node("Gather", [self.weight("embeddings.word_embeddings.weight"), "ids"])
        length = self.node(
            "Gather", [self.node("Shape", ["ids"]), self.constant("one", np.int64(1))]
        )
        positions = self.node(
            "Range", [self.constant("zero", np.int64(0)), length, self.constant("one", np.int64(1))]
        )
        places = self.node(
            "Gather", [self.weight("embeddings.position_embeddings.weight"), positions]
        )
        types = self._weights["embeddings.token_type_embeddings.weight"][0].astype(np.float32)
        total = self.node("Add", [words, places])
        total = self.node("Add", [total, self.constant("token_type_0", types)])
        return self.norm("embeddings.LayerNorm", total)

    def attention_bias(self) -> str:
        """0 where the mask is 1, very negative where it is 0; shape (batch, 1, 1, tokens)."""
        mask = self.node("Cast", ["mask"], to=self._onnx.TensorProto.FLOAT)
        absent = self.node("Sub", [self.constant("one_float", np.float32(1)), mask])
        scaled = self.node("Mul", [absent, self.constant("masked", _MASKED)])
        return self.node("Unsqueeze", [scaled, self.constant("axes_1_2", np.array([1, 2]))])

    def layer(self, prefix: str, hidden: str, bias: str) -> str:
        """One encoder layer: self-attention and feed-forward, each added and normalised."""
        context = self._attention(f"{prefix}.attention.self", hidden, bias)
        attended = self.dense(f"{prefix}.attention.output.dense", context)
        hidden = self.norm(
            f"{prefix}.attention.output.LayerNorm", self.node("Add", [attended, hidden])
        )
        wide = self.node("Gelu", [self.dense(f"{prefix}.intermediate.dense", hidden)])
        narrow = self.dense(f"{prefix}.output.dense", wide)
        return self.norm(f"{prefix}.output.LayerNorm", self.node("Add", [narrow, hidden]))

    def _attention(self, prefix: str, hidden: str, bias: str) -> str:
        size = self.shape.hidden // self.shape.heads
        query, key, value = (
            self._heads(self.dense(f"{prefix}.{part}", hidden), size, order)
            for part, order in (
                ("query", [0, 2, 1, 3]),
                ("key", [0, 2, 3, 1]),
                ("value", [0, 2, 1, 3]),
            )
        )
        scores = self.node("MatMul", [query, key])
        scaled = self.node("Div", [scores, self.constant("root", np.float32(size**0.5))])
        weights = self.node("Softmax", [self.node("Add", [scaled, bias])], axis=-1)
        context = self.node("MatMul", [weights, value])
        joined = self.node("Transpose", [context], perm=[0, 2, 1, 3])
        return self.node(
            "Reshape", [joined, self.constant("flat", np.array([0, 0, self.shape.hidden]))]
        )

    def _heads(self, source: str, size: int, order: list[int]) -> str:
        split = self.node(
            "Reshape",
            [source, self.constant("split", np.array([0, 0, self.shape.heads, size]))],
        )
        return self.node("Transpose", [split], perm=order)
