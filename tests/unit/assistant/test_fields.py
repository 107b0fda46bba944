"""A label for a text: learned, calibrated, kept in a file, and withheld where unsure."""

from pathlib import Path

import numpy as np
import pytest

from assistant.services.fields import learning
from assistant.services.fields.classifier import Classifier
from assistant.services.fields.learning import Labelled, learn, threshold_for
from retrieval.embedders.hashing import HashingEmbedder
from retrieval.errors import InvalidSettings

EMBEDDER = HashingEmbedder()
VPN = [f"VPN tunnel of site {name} drops every hour" for name in ("Oslo", "Bonn", "Lyon", "Riga")]
MAIL = [f"Mailbox of {name} cannot send a message" for name in ("sales", "legal", "HR", "the CEO")]
PRINT = [f"Printer on floor {floor} jams on paper" for floor in ("one", "two", "three", "four")]
TEXTS = [*VPN, *MAIL, *PRINT] * 2
LABELS = (["network"] * 4 + ["mail"] * 4 + ["print"] * 4) * 2


def labelled(texts: list[str], labels: list[str]) -> Labelled:
    return Labelled(texts, EMBEDDER.passages(texts), labels)


def learned(texts: list[str] = TEXTS, labels: list[str] = LABELS) -> Classifier:
    return learn(labelled(texts, labels), {})


class TestLearning:
    def test_a_new_text_gets_the_label_of_its_like(self) -> None:
        text = "tunnel drops again"
        guess = learned().guess(text, EMBEDDER.query(text))
        assert guess.label == "network"
        assert guess.sure
        assert "tunnel" in guess.words

    def test_probabilities_are_shares_of_one(self) -> None:
        found = learned().probabilities("anything", EMBEDDER.query("anything"))
        assert found.sum() == pytest.approx(1.0)
        assert (found > 0).all()

    def test_noise_is_not_suggested(self) -> None:
        chance = np.random.default_rng(0)
        words = [f"word{n}" for n in range(50)]
        texts = [" ".join(chance.choice(words, 6)) for _ in range(60)]
        labels = [str(label) for label in chance.choice(["a", "b", "c"], 60)]
        model = learned(texts, labels)
        sure = sum(model.guess(text, EMBEDDER.query(text)).sure for text in ("x y", "word1 word2"))
        assert model.threshold > 0.5
        assert sure == 0

    def test_one_label_is_always_that_label(self) -> None:
        assert learned(["a b", "c d"], ["only", "only"]).guess("z", EMBEDDER.query("z")).label == (
            "only"
        )

    def test_nothing_to_learn_from_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="nothing to learn"):
            learned([], [])

    def test_the_name_of_a_label_counts_as_an_example(self) -> None:
        texts = ["it broke", "it fails", "it broke again", "it fails again"]
        labels = ["payments", "warehouse", "payments", "warehouse"]
        names = {name: EMBEDDER.query(name) for name in ("payments", "warehouse")}
        text = "warehouse"
        with_names = learn(labelled(texts, labels), names).guess(text, EMBEDDER.query(text))
        assert with_names.label == "warehouse"

    def test_held_out_answers_never_saw_their_own_example(self) -> None:
        # Every text is its own label: seen, each would be right; unseen, none can be.
        texts = [f"token{n} token{n}x" for n in range(10)]
        labels = [f"label{n}" for n in range(10)]
        assert learning.learned(labelled(texts, labels), {}).accuracy == 0.0

    def test_the_threshold_is_the_lowest_that_keeps_the_promise(self) -> None:
        sure = np.repeat([0.9, 0.8, 0.7, 0.6, 0.5], 20)
        right = np.repeat([True, True, False, True, False], 20)
        assert threshold_for(sure, right, 0.69) == 0.6
        assert threshold_for(sure, ~right, 0.9) > 1

    def test_a_handful_of_right_answers_is_no_promise(self) -> None:
        assert threshold_for(np.array([0.99, 0.98]), np.array([True, True]), 0.8) > 1

    def test_where_all_are_right_a_likely_answer_is_enough(self) -> None:
        sure = np.linspace(0.98, 0.99, 50)
        assert threshold_for(sure, np.ones(50, dtype=bool), 0.8) == 0.8


class TestFile:
    def test_what_was_learned_survives_its_file(self, tmp_path: Path) -> None:
        model = learned()
        file = tmp_path / "service.npz"
        model.save(file)
        again = Classifier.load(file)
        for text in TEXTS[:12]:
            before = model.guess(text, EMBEDDER.query(text))
            after = again.guess(text, EMBEDDER.query(text))
            assert (after.label, after.sure, after.words) == (
                before.label,
                before.sure,
                before.words,
            )
            assert after.probability == pytest.approx(before.probability, abs=1e-4)

    def test_another_file_is_refused_with_what_to_do(self, tmp_path: Path) -> None:
        file = tmp_path / "service.npz"
        file.write_bytes(b"not a model")
        with pytest.raises(InvalidSettings, match="run 'precedent fit'"):
            Classifier.load(file)
