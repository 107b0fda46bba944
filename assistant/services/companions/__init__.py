"""Companions of a draft for other readers: a catalogue of builders.

To add one: add a kind to ``domain.companions``, write its builder here, add it to ``BUILDERS``.
A builder chooses among the claims of the draft, which have passed the gate, and asks for what
they do not say. It writes no sentence of its own about the incident.
"""

from collections.abc import Callable

from assistant.domain.companions import Companion, CompanionKind
from assistant.services.companions.executive_summary import executive_summary
from assistant.services.companions.handover import handover
from assistant.services.companions.material import Material
from assistant.services.companions.status_update import status_update
from assistant.services.companions.vendor_dossier import vendor_dossier

BUILDERS: dict[CompanionKind, Callable[[Material], Companion]] = {
    CompanionKind.STATUS_UPDATE: status_update,
    CompanionKind.EXECUTIVE_SUMMARY: executive_summary,
    CompanionKind.VENDOR_DOSSIER: vendor_dossier,
    CompanionKind.HANDOVER: handover,
}

__all__ = ["BUILDERS", "Material"]
