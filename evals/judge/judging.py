"""Asks a chat model about one item at a time, and takes no answer but a label.

What is sent is redacted as stored records are and then made harmless as the evidence of drafts
is (see ``assistant.services.drafting.spotlight``). An item that reads like an instruction is not
sent: whoever wrote it may be after the label, so it is left for people.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from assistant.llm.answers import UnusableAnswer
from assistant.services.drafting.packing import CHARS_PER_TOKEN
from assistant.services.drafting.ports import StructuredModel
from assistant.services.drafting.spotlight import clean, instructs
from evals.judge.items import Item
from evals.judge.questions import Question
from prompts.library import Messages, Prompt, PromptLibrary

# What is judged by matters more than what is asked about, and is longer.
_SHARE_OF_SUBJECT = 0.4
_MARK_CHARS = 16


@dataclass(frozen=True, slots=True)
class Judged:
    """An item with what the judge said; ``said`` is ``None`` for an answer that is no label.

    ``cut``: the texts did not fit into the prompt, so the judge saw less than people do.
    """

    item: Item
    said: int | None
    cut: bool


class Judge:
    """One model with one prompt.

    The same item always gives the same prompt; whether the model then says the same again is up
    to its server (it is asked at temperature 0).
    """

    def __init__(
        self,
        model: StructuredModel,
        question: Question,
        redact: Callable[[str], str],
        context_tokens: int,
        prompts: PromptLibrary | None = None,
    ) -> None:
        self.model = model
        self.question = question
        self.prompt: Prompt = (prompts or PromptLibrary()).load(question.prompt, question.version)
        self._redact = redact
        empty = self.prompt.render(nonce="0" * _MARK_CHARS, subject="", passages=[])
        self._room = max(0, context_tokens * CHARS_PER_TOKEN - sum(len(part) for part in empty))

    def judge(self, item: Item) -> Judged:
        """Ask about one item. Raises ``ModelUnavailable`` when the model does not answer."""
        messages, cut = self._messages(item)
        try:
            answer = self.model.structured(*messages, self.question.form)
        except UnusableAnswer:
            return Judged(item, None, cut)
        return Judged(item, answer.value.label, cut)

    def _messages(self, item: Item) -> tuple[Messages, bool]:
        subject = clean(self._redact(item.subject))
        passages = [clean(self._redact(text)) for text in item.passages]
        shown = subject[: int(self._room * _SHARE_OF_SUBJECT)]
        left = self._room - len(shown)
        fitting = []
        for passage in passages:
            fitting.append(passage[:left])
            left -= len(fitting[-1])
        cut = shown != subject or fitting != passages
        messages = self.prompt.render(
            nonce=_mark(subject, *passages), subject=shown, passages=tuple(fitting)
        )
        return messages, cut


def may_be_judged(item: Item) -> bool:
    """False for an item with a line that reads like an instruction to a model."""
    texts = (item.subject, *item.passages)
    return not any(instructs(line) for text in texts for line in text.splitlines())


def _mark(*texts: str) -> str:
    """The mark around texts: nobody can write a text that holds the hash of itself, and the
    same texts get the same mark at every run.
    """
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:_MARK_CHARS]
