"""A second opinion takes trust away and never gives any."""

from pathlib import Path

import pytest

from assistant.bootstrap import Application
from assistant.domain.drafts import Verdict
from assistant.llm.chat import ChatModel
from assistant.llm.entailment import CrossEncoderEntailment, Judgement
from assistant.services.drafting.chat import ChatWriter
from assistant.services.drafting.entailment import Limits, SecondOpinion
from assistant.services.drafting.gate import RULES
from assistant.settings import Settings
from retrieval.embedders.packaged import MINILM
from retrieval.errors import InvalidSettings, ModelUnavailable
from tests.unit.assistant.test_drafting_chat import GOOD, PACK, Model

EVIDENCE = "The pool of orders-db was lowered from 200 to 50 by CHG0040112."
EVEN = Limits()
CLAIM = "CHG0040112 lowered the pool of orders-db from 200 to 50."


class ScriptedEntailment:
    """The twin that gives set judgements by claim; of any other it says that it follows."""

    def __init__(self, judgements: dict[str, Judgement]) -> None:
        self._judgements = judgements
        self.asked: list[tuple[str, str]] = []

    def judge(self, claim: str, evidence: str) -> Judgement:
        """See ``Entailment.judge``."""
        self.asked.append((claim, evidence))
        return self._judgements.get(claim, Judgement(1.0, 0.0))


def opinion(
    judgement: Judgement, limits: Limits = EVEN
) -> tuple[SecondOpinion, list[tuple[str, str]]]:
    model = ScriptedEntailment({CLAIM: judgement})
    return SecondOpinion(RULES, model, limits), model.asked


class TestSecondOpinion:
    @pytest.mark.parametrize(
        ("judgement", "verdict"),
        [
            (Judgement(0.9, 0.05), Verdict.SUPPORTED),
            (Judgement(0.5, 0.49), Verdict.SUPPORTED),
            (Judgement(0.49, 0.1), Verdict.PARTLY),
            (Judgement(0.2, 0.5), Verdict.UNSUPPORTED),
        ],
    )
    def test_the_limits_decide(self, judgement: Judgement, verdict: Verdict) -> None:
        check, asked = opinion(judgement)
        found = check.check(CLAIM, [EVIDENCE])
        assert found.verdict is verdict
        assert bool(found.reasons) == (verdict is not Verdict.SUPPORTED)
        assert asked == [(CLAIM, EVIDENCE)]

    def test_what_the_rules_refuse_is_not_asked(self) -> None:
        check, asked = opinion(Judgement(1.0, 0.0))
        wrong = CLAIM.replace("200", "300")
        assert check.check(wrong, [EVIDENCE]).verdict is Verdict.UNSUPPORTED
        assert asked == []

    def test_words_taken_over_need_no_model(self) -> None:
        check, asked = opinion(Judgement(0.0, 1.0))
        assert check.check(EVIDENCE, [EVIDENCE]).verdict is Verdict.SUPPORTED
        assert asked == []

    def test_limits_can_be_set(self) -> None:
        check, _ = opinion(Judgement(0.3, 0.6), Limits(contradiction=0.7, entailment=0.2))
        assert check.check(CLAIM, [EVIDENCE]).verdict is Verdict.SUPPORTED


def test_a_contradicted_claim_leaves_the_draft_and_is_asked() -> None:
    check, _ = opinion(Judgement(0.1, 0.8))
    body = ChatWriter(Model(GOOD), check=check).write(PACK).body
    assert CLAIM not in [claim.text for claim in body.claims()]
    (removed,) = body.removed
    assert removed.text == CLAIM
    assert "the evidence contradicts it" in removed.reasons[-1]


def test_where_the_model_is_missing_the_other_writer_takes_over() -> None:
    check = SecondOpinion(RULES, CrossEncoderEntailment("/nowhere/at-all"), EVEN)
    written = ChatWriter(Model(GOOD), check=check).write(PACK)
    assert written.model is None
    assert "PRECEDENT_VERIFIER__MODEL" in written.notes[0]


@pytest.mark.filterwarnings("ignore")
class TestCrossEncoder:
    @staticmethod
    def saved(folder: Path, labels: list[str]) -> str:
        """A tiny untrained model: its answers mean nothing, its way of giving them is real."""
        from transformers import (  # noqa: PLC0415 — heavy, for one test
            AutoTokenizer,
            BertConfig,
            BertForSequenceClassification,
        )

        tokenizer = AutoTokenizer.from_pretrained(str(MINILM.path()))
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            id2label=dict(enumerate(labels)),
            label2id={label: place for place, label in enumerate(labels)},
        )
        BertForSequenceClassification(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return str(folder)

    def test_labels_are_found_by_name_in_any_order(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, ["Contradiction", "Neutral", "Entailment"])
        model = CrossEncoderEntailment(path)
        judged = model.judge(CLAIM, EVIDENCE)
        raw = model._model.predict([(EVIDENCE, CLAIM)], apply_softmax=True)[0]
        assert (judged.entailment, judged.contradiction) == pytest.approx((raw[2], raw[0]))
        assert 0 < judged.entailment + judged.contradiction < 1

    @pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1", "LABEL_2"], ["entailment", "not"]])
    def test_a_model_of_another_kind_is_refused(self, tmp_path: Path, labels: list[str]) -> None:
        with pytest.raises(InvalidSettings, match="entailment, contradiction and neutral"):
            CrossEncoderEntailment(self.saved(tmp_path, labels)).judge("a", "b")

    def test_a_model_that_is_not_there_is_named(self) -> None:
        with pytest.raises(ModelUnavailable, match="PRECEDENT_VERIFIER__MODEL"):
            CrossEncoderEntailment("/nowhere/at-all").judge("a", "b")


def test_it_is_used_where_it_is_configured(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, verifier={"model": "/nowhere"})
    app = Application(settings, chat=ChatModel.scripted([]))
    writer = app.drafting._writers["chat"]
    assert isinstance(writer, ChatWriter)
    assert isinstance(writer._check, SecondOpinion)
    app.database.close()
