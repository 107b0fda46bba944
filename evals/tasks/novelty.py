"""Which cases have a precedent at all: does another record tell of the same cause?

A record is a precedent of a case when one of the causes that it records agrees with the
case's reference (``assistant.services.triage.same_cause``). A record of the case's own id is
none, nor is, in a corpus where everything is dated, what became known after the case opened.
"""

from collections.abc import Sequence

import numpy as np

from assistant.bootstrap import Application
from assistant.services.sentences import sentences
from assistant.services.triage.same_cause import SAME_CAUSE, agreements
from assistant.services.triage.stated_causes import recorded_causes
from assistant.services.verification.folding import tidy
from evals.cases import CauseCase
from retrieval.records import PRECEDENT_KINDS


def have_precedents(app: Application, cases: Sequence[CauseCase], *, timed: bool) -> list[bool]:
    """For each case whether a record that could be found tells of its cause."""
    told = [
        (record, cause.text)
        for record in app.store.iter_current()
        if record.kind in PRECEDENT_KINDS
        for cause in recorded_causes(record)
    ]
    texts = [text for _, text in told]
    found = []
    for case in cases:
        reference = app.redactor.redact(case.reference).text
        causes = [tidy(reference[s.start : s.end]) for s in sentences(reference)] or [reference]
        allowed = np.array(
            [
                case.id not in (record.id, record.external_id)
                and not (timed and case.opened_at and record.known_at > case.opened_at)
                for record, _ in told
            ],
            dtype=bool,
        )
        agreed = agreements(app.embedder, texts, causes)
        same = agreed.max(axis=1) >= SAME_CAUSE if texts else allowed
        found.append(bool((same & allowed).any()))
    return found
