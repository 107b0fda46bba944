"""Knowledge articles that this service drafts; publishing them is the business of others."""

from assistant.domain.approval import Receipt
from assistant.domain.delivery import UndoIntent, WriteIntent
from assistant.writers.servicenow.notes import holds
from assistant.writers.servicenow.receipts import Receipts
from assistant.writers.servicenow.table import Row, TableApi
from retrieval.errors import NotFound, Refused, TargetChanged

_TABLE = "kb_knowledge"
_DRAFT = "draft"
_RETIRED = "retired"
_SERVICE = "Precedent"
_FIELDS = (
    "sys_id",
    "number",
    "workflow_state",
    "text",
    "correlation_id",
    "sys_mod_count",
    "sys_updated_on",
)
_CREATED = 201


class Articles:
    """Drafts in one knowledge base, or in the instance's default one."""

    def __init__(self, table: TableApi, receipts: Receipts, knowledge_base: str) -> None:
        self._table = table
        self._receipts = receipts
        self._base = knowledge_base

    def values(self, intent: WriteIntent) -> dict[str, str]:
        """The body of the POST."""
        values = {
            "short_description": intent.title,
            "text": intent.body,
            "workflow_state": _DRAFT,
            "correlation_id": intent.proposal_id,
            "correlation_display": _SERVICE,
        }
        return {**values, "kb_knowledge_base": self._base} if self._base else values

    def create(self, intent: WriteIntent) -> Receipt:
        """Send one POST; ``Refused`` when the instance made something else than a draft of it."""
        row = self._table.create(_TABLE, self.values(intent), _FIELDS)
        number = row.value("number")
        if row.value("workflow_state") != _DRAFT:
            raise Refused(
                f"ServiceNow made {number} of it, in the state {row.shown('workflow_state')!r} "
                "instead of as a draft. Look at it there.",
                _CREATED,
            )
        if not holds(row.value("text"), intent.marker):
            raise Refused(f"ServiceNow made {number} of it, with another text. Look.", _CREATED)
        return self._receipt(row)

    def find(self, intent: WriteIntent) -> Receipt | None:
        """The receipt of an article that was made of this intent, whatever became of it."""
        row = self._made_of(intent)
        return None if row is None else self._receipt(row)

    def retire(self, undo: UndoIntent) -> Receipt:
        """Retire it; ``TargetChanged`` when it is no longer a draft, as then others rely on it."""
        row = self._made_of(undo.intent)
        if row is None:
            raise NotFound(f"The article of {undo.intent.proposal_id} is no longer there.")
        if row.value("workflow_state") != _DRAFT:
            raise TargetChanged(
                f"{row.value('number')} is no longer a draft ({row.shown('workflow_state')}); "
                "it is left as it is. Retire it in ServiceNow."
            )
        after = self._table.change(
            _TABLE, row.value("sys_id"), {"workflow_state": _RETIRED}, _FIELDS
        )
        if after.value("workflow_state") != _RETIRED:
            raise Refused(f"ServiceNow accepted it but did not retire {row.value('number')}.", 200)
        return self._receipt(after, before=row.version)

    def find_retired(self, undo: UndoIntent) -> Receipt | None:
        """The receipt of an earlier ``retire``."""
        row = self._made_of(undo.intent)
        retired = row is not None and row.value("workflow_state") == _RETIRED
        return self._receipt(row) if row is not None and retired else None

    def _made_of(self, intent: WriteIntent) -> Row | None:
        # Not every instance has the column on this table; one that has not ignores the clause,
        # and one that ignores both answers with any articles.
        query = f"correlation_id={intent.proposal_id}^ORtextLIKE{intent.marker}"
        found = self._table.matching(_TABLE, query, _FIELDS)
        return next((row for row in found if _is_of(row, intent)), None)

    def _receipt(self, row: Row, before: str = "") -> Receipt:
        return self._receipts.of(row, _TABLE, row.value("sys_id"), "", before)


def _is_of(row: Row, intent: WriteIntent) -> bool:
    by_id = row.value("correlation_id") == intent.proposal_id
    return by_id or holds(row.value("text"), intent.marker)
