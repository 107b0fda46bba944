"""The JSON that programs rely on: the same shapes over HTTP and from the command line.

Offsets count Unicode code points of the stored text of the named revision, and
``text[start:end] == quote``.
"""

from assistant.schemas.answers import (
    CitedTextOut,
    HitOut,
    HypothesisOut,
    ReasonOut,
    SimilarOut,
    SuggestedFieldOut,
    SuspectedChangeOut,
    TriageOut,
)
from assistant.schemas.draft_history import DiffOut, RevisionOut
from assistant.schemas.drafts import (
    ClaimOut,
    DraftOut,
    DraftSectionOut,
    ExportOut,
    ProgressOut,
    ReplayOut,
)
from assistant.schemas.ingest import IngestOut, RejectOut
from assistant.schemas.proposals import (
    DecisionOut,
    ProposalDetailOut,
    ProposalOut,
    ReadingOut,
    ReceiptOut,
    TargetOut,
)
from assistant.schemas.records import CitationOut, RecordOut, SectionOut
from assistant.schemas.shape import LARGEST, Moment, Shape

__all__ = [
    "LARGEST",
    "CitationOut",
    "CitedTextOut",
    "ClaimOut",
    "DecisionOut",
    "DiffOut",
    "DraftOut",
    "DraftSectionOut",
    "ExportOut",
    "HitOut",
    "HypothesisOut",
    "IngestOut",
    "Moment",
    "ProgressOut",
    "ProposalDetailOut",
    "ProposalOut",
    "ReadingOut",
    "ReasonOut",
    "ReceiptOut",
    "RecordOut",
    "RejectOut",
    "ReplayOut",
    "RevisionOut",
    "SectionOut",
    "Shape",
    "SimilarOut",
    "SuggestedFieldOut",
    "SuspectedChangeOut",
    "TargetOut",
    "TriageOut",
]
