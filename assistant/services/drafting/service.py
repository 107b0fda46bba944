"""Use case: assemble the evidence, let a writer write, keep the draft."""

from collections.abc import Mapping
from datetime import datetime

from assistant.domain.drafts import Draft, Provenance, SectionName
from assistant.domain.evidence import EvidencePack
from assistant.domain.people import Person, Role
from assistant.services.draft_store import DraftStore, require_current
from assistant.services.drafting.evidence import Evidence
from assistant.services.drafting.ports import Writer
from assistant.services.drafting.progress import Progress, Stage, Tell, silent
from assistant.services.drafting.replay import Replay
from assistant.services.drafting.rewriting import noted, rewritten
from assistant.services.similar import SimilarIncidents
from retrieval.access import Reader
from retrieval.errors import InvalidInput
from retrieval.records import Record


class DraftingService:
    """Drafts an RCA for a stored record from what its author may read."""

    def __init__(
        self,
        similar: SimilarIncidents,
        evidence: Evidence,
        drafts: DraftStore,
        writers: Mapping[str, Writer],
        default_writer: str,
    ) -> None:
        self._similar = similar
        self._evidence = evidence
        self._drafts = drafts
        self._writers = writers
        self._default = default_writer

    def create(
        self,
        person: Person,
        reader: Reader,
        reference: str,
        writer: str | None = None,
        as_of: datetime | None = None,
        *,
        tell: Tell = silent,
    ) -> Draft:
        """Write and keep a new draft for a record; its claims have passed the gate.

        ``tell`` hears of each step as it begins, and of the end when the draft is kept.

        Raises ``NotAllowed`` for a person who is no author, ``NotFound`` for a record that
        the reader may not read and ``InvalidInput`` for a writer that is not configured.
        """
        # Before a model is asked, which may take long and cost something.
        person.require(Role.AUTHOR)
        chosen = self.writer(writer or self._default)
        pack = self.evidence(self._similar.readable(reference, reader), reader, as_of)
        tell(Progress(Stage.EVIDENCE, len(pack.items())))
        written = chosen.write(pack, tell)
        provenance = Provenance(
            writer=chosen.name,
            evidence=pack.items(),
            prompt=written.prompt,
            model=written.model,
            notes=written.notes,
            as_of=pack.as_of,
            parameters=dict(written.parameters),
        )
        draft = self._drafts.create(person, pack.incident.id, written.body, provenance)
        tell(Progress(Stage.DONE, len(draft.body.claims())))
        return draft

    def rewrite(
        self,
        person: Person,
        draft_id: str,
        etag: str,
        section: SectionName,
        writer: str | None = None,
        *,
        tell: Tell = silent,
    ) -> Draft:
        """Write one section again from the evidence that was kept with the draft.

        By the draft's own writer unless another is named; by the default one where that is
        no longer there. What people wrote in the section
        stays in its place (see ``rewriting``); other sections are not touched. Raises
        ``StaleRevision`` unless ``etag`` names the current revision, also when somebody
        edited while the section was written, and ``NotFound`` as ``replay`` does.
        ``tell`` hears what it hears from ``create``.
        """
        person.require(Role.AUTHOR)
        draft = self._drafts.get(draft_id)
        require_current(draft, etag)
        own = draft.provenance.writer
        chosen = self.writer(writer or (own if own in self._writers else self._default))
        pack = self._evidence.again(draft.provenance, person.reader())
        tell(Progress(Stage.EVIDENCE, len(pack.items())))
        written = chosen.write(pack, tell)
        body = rewritten(draft.body, written.body, section)
        note = noted(draft.provenance, written, section, chosen.name, person.name)
        kept = self._drafts.save_edit(person, draft_id, etag, body, note)
        tell(Progress(Stage.DONE, len(kept.body.claims())))
        return kept

    def replay(self, draft_id: str, reader: Reader) -> Replay:
        """What the kept evidence of a draft gives today; nothing is stored.

        Raises ``NotFound`` when a revision of the evidence is gone or may not be read.
        """
        first = self._drafts.get(draft_id, revision=1)
        pack = self._evidence.again(first.provenance, reader)
        return Replay(first, self.writer(first.provenance.writer).write(pack).body)

    def writer(self, name: str) -> Writer:
        """The configured writer of that name; ``InvalidInput`` for any other."""
        if name not in self._writers:
            raise InvalidInput(
                f"There is no writer {name!r}. Configured are {', '.join(self._writers)}; "
                "'chat' needs PRECEDENT_CHAT__MODEL."
            )
        return self._writers[name]

    def evidence(self, incident: Record, reader: Reader, as_of: datetime | None) -> EvidencePack:
        """What a writer may use for an incident: what the reader may read, never itself."""
        return self._evidence.gathered(incident, reader, as_of)
