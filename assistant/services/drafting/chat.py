"""The writer that asks a chat model, and trusts nothing that it answers.

The model sees numbered, cleaned spans of the evidence and names spans in its answer;
citations are built from these, so it can never invent one. Its claims then pass the same
gate as any other. Whatever goes wrong, the extractive writer takes over and a note says so.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.domain.drafts import DraftBody, SectionName
from assistant.domain.evidence import EvidencePack
from assistant.llm.answers import UnusableAnswer, Usage
from assistant.services.drafting.answer import (
    MAX_CORRECTION_CHARS,
    WrittenDraft,
    answer_form,
    body_of,
    correction,
    faults,
)
from assistant.services.drafting.extractive import ExtractiveWriter, instruction_notes
from assistant.services.drafting.gate import RULES, ClaimCheck, gate
from assistant.services.drafting.packing import CHARS_PER_TOKEN, Packed, PromptSource, packed
from assistant.services.drafting.ports import Parameters, StructuredModel, Writer, Written
from assistant.services.drafting.progress import Progress, Stage, Tell, silent
from assistant.services.drafting.selection import telling_title
from assistant.services.drafting.spotlight import clean, instructs, new_mark
from prompts.library import Input, Messages, Prompt, PromptLibrary, UnknownPrompt
from retrieval.errors import InvalidSettings, ModelUnavailable

PROMPT_NAME, PROMPT_VERSION = "rca_draft", "v2"


def chat_prompt(version: str = PROMPT_VERSION) -> Prompt:
    """The prompt that asks for a draft, in one of its versions.

    Raises ``InvalidSettings`` where there is no such version.
    """
    try:
        return PromptLibrary().load(PROMPT_NAME, version)
    except UnknownPrompt as exc:
        raise InvalidSettings(f"PRECEDENT_CHAT__PROMPT is {version!r}. {exc}") from exc


@dataclass(frozen=True, slots=True)
class Budget:
    """What a draft may take, both attempts together.

    ``context_tokens`` is for the prompt with its evidence, estimated (see ``packing``); the
    model's window must hold the answer as well. ``deadline_seconds`` is from the first
    question to the last answer.
    """

    # A quarter of the smallest context window (32 k) of the models that people run today.
    context_tokens: int = 8_000
    # Somebody waits: one slow answer, or a usual one and a correction.
    deadline_seconds: float = 90.0


class ChatWriter:
    """Asks the model once, a second time with what was wrong, then falls back."""

    name = "chat"

    def __init__(
        self,
        model: StructuredModel,
        *,
        budget: Budget = Budget(),
        check: ClaimCheck = RULES,
        prompt: Prompt | None = None,
        fallback: Writer | None = None,
        mark: Callable[[], str] = new_mark,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._budget = budget
        self._check = check
        self._prompt = prompt or chat_prompt()
        self._fallback = fallback or ExtractiveWriter()
        self._mark = mark
        self._clock = clock

    def write(self, pack: EvidencePack, tell: Tell = silent) -> Written:
        """Write the draft; ``notes`` say what was left out, removed or fell back."""
        question = _Question.about(pack, self._prompt, self._mark(), self._budget.context_tokens)
        asking = _Asking(self._model, question, self._budget, self._clock, tell)
        try:
            body = body_of(pack, question.evidence, asking.answer())
            tell(Progress(Stage.CHECKING, len(body.claims())))
            body = gate(body, pack, self._check)
        except ModelUnavailable as exc:
            return self._fallen_back(pack, str(exc), asking.parameters(), tell)
        if not body.claims():
            reason = "none of the model's claims passed the gate"
            return self._fallen_back(pack, reason, asking.parameters(), tell)
        return Written(
            body=body,
            prompt=self._prompt.id,
            model=self._model.name,
            notes=(*_notes(question.evidence, body), *instruction_notes(pack)),
            parameters=asking.parameters(),
        )

    def _fallen_back(
        self, pack: EvidencePack, reason: str, parameters: Parameters, tell: Tell
    ) -> Written:
        written = self._fallback.write(pack, tell)
        note = f"Written by the writer '{self._fallback.name}' instead of a model: {reason}"
        return Written(
            body=written.body,
            prompt=written.prompt,
            model=written.model,
            notes=(note, *written.notes),
            parameters=parameters,
        )


@dataclass(frozen=True, slots=True)
class _Question:
    """The filled-in prompt, with the evidence that found room in it."""

    messages: Messages
    evidence: Packed
    mark: str

    @classmethod
    def about(
        cls, pack: EvidencePack, prompt: Prompt, mark: str, context_tokens: int
    ) -> "_Question":
        title = telling_title(pack.incident) or pack.incident.title
        title = pack.incident.id if instructs(title) else clean(title)

        def filled(sources: tuple[PromptSource, ...]) -> Messages:
            known: dict[str, Input] = {
                "nonce": mark,
                "title": title,
                "sections": [name.value for name in SectionName],
                "sources": list(sources),
            }
            # A version takes what it declares: the first wanted the names of the sections.
            return prompt.render(**{k: v for k, v in known.items() if k in prompt.inputs})

        empty = sum(len(part) for part in filled(()))
        left = context_tokens * CHARS_PER_TOKEN - empty - MAX_CORRECTION_CHARS
        evidence = packed(pack, left)
        return cls(filled(evidence.sources), evidence, mark)

    def sha256(self) -> str:
        """Of both messages as sent first."""
        return hashlib.sha256("\n".join(self.messages).encode()).hexdigest()


@dataclass
class _Asking:
    """The exchange with the model about one draft, and what it took."""

    model: StructuredModel
    question: _Question
    budget: Budget
    clock: Callable[[], float]
    tell: Tell
    attempts: int = 0
    usage: Usage = field(default_factory=Usage)
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def answer(self) -> WrittenDraft:
        """A usable answer; raises ``ModelUnavailable`` when there is none in time."""
        system, user = self.question.messages
        evidence = self.question.evidence
        if not evidence.spans:
            raise ModelUnavailable(
                "no evidence fits into the prompt; raise PRECEDENT_CHAT__CONTEXT_TOKENS."
                if evidence.left_out
                else "there is no evidence to show."
            )
        self.tell(Progress(Stage.ASKING, len(evidence.spans)))
        try:
            answer = self._asked(system, user)
            found = list(faults(answer, evidence))
        except UnusableAnswer as exc:
            found = [str(exc)]
        if not found:
            return answer
        self.tell(Progress(Stage.ASKING_AGAIN, len(found)))
        answer = self._asked(system, f"{user}\n\n{correction(found)}")
        if found := list(faults(answer, evidence)):
            raise UnusableAnswer(f"{self.model.name} gave no usable answer: {found[0]}.")
        return answer

    def _asked(self, system: str, user: str) -> WrittenDraft:
        left = self.budget.deadline_seconds - (self.clock() - self.started)
        if left <= 0:
            raise ModelUnavailable(
                f"{self.model.name} used up the {self.budget.deadline_seconds:g} s of "
                f"PRECEDENT_CHAT__DEADLINE_SECONDS in {self.attempts} attempt(s)"
            )
        self.attempts += 1
        form = answer_form(self.question.evidence.spans)
        try:
            answer = self.model.structured(system, user, form, left)
        except UnusableAnswer as exc:
            self.usage += exc.usage
            raise
        self.usage += answer.usage
        return answer.value

    def parameters(self) -> dict[str, str | int | float]:
        """See ``Provenance.parameters``."""
        counted = {
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
        }
        return {
            **self.model.parameters,
            "context_tokens": self.budget.context_tokens,
            "mark": self.question.mark,
            "prompt_sha256": self.question.sha256(),
            "attempts": self.attempts,
            "seconds": round(self.clock() - self.started, 2),
            **{name: count for name, count in counted.items() if count is not None},
        }


def _notes(evidence: Packed, body: DraftBody) -> Iterator[str]:
    if evidence.left_out:
        yield f"{evidence.left_out} sentences of the evidence did not fit into the prompt."
    if body.removed:
        total = len(body.removed) + len(body.claims())
        yield (
            f"{len(body.removed)} of {total} claims of the model did not pass the gate; "
            "they are asked as questions."
        )
