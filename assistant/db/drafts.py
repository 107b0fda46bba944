"""Rows of drafts and their revisions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from assistant.db.tables import draft_revisions, drafts
from assistant.domain.drafts import Draft, DraftBody, Provenance


def insert_draft(connection: Connection, draft: Draft) -> None:
    """A new draft with its first revision."""
    connection.execute(
        insert(drafts).values(
            id=draft.id,
            record_id=draft.record_id,
            created_by=draft.author,
            created_at=draft.edited_at,
            revision=draft.revision,
        )
    )
    _insert_revision(connection, draft)


def insert_revision(connection: Connection, draft: Draft) -> None:
    """A further revision; it becomes the current one."""
    connection.execute(
        update(drafts).where(drafts.c.id == draft.id).values(revision=draft.revision)
    )
    _insert_revision(connection, draft)


def find_draft(connection: Connection, draft_id: str, revision: int | None = None) -> Draft | None:
    """A revision of a draft, by default the current one."""
    wanted = drafts.c.revision if revision is None else revision
    query = _joined().where(drafts.c.id == draft_id, draft_revisions.c.revision == wanted)
    row = connection.execute(query).first()
    return None if row is None else _draft(row)


def all_revisions(connection: Connection, draft_id: str) -> list[Draft]:
    """Every revision, oldest first."""
    query = _joined().where(drafts.c.id == draft_id).order_by(draft_revisions.c.revision)
    return [_draft(row) for row in connection.execute(query)]


def latest_drafts(connection: Connection, limit: int) -> list[Draft]:
    """Current revisions, the latest edit first."""
    query = (
        _joined()
        .where(draft_revisions.c.revision == drafts.c.revision)
        .order_by(draft_revisions.c.edited_at.desc(), drafts.c.id)
        .limit(limit)
    )
    return [_draft(row) for row in connection.execute(query)]


def authors_of(connection: Connection, draft_id: str) -> frozenset[str]:
    """Everybody who wrote a revision."""
    query = select(draft_revisions.c.author).where(draft_revisions.c.draft_id == draft_id)
    return frozenset(connection.scalars(query))


def new_edit(draft: Draft, body: DraftBody, author: str, at: datetime) -> Draft:
    """The revision that an edit makes."""
    return draft.model_copy(
        update={"revision": draft.revision + 1, "body": body, "author": author, "edited_at": at}
    )


def _insert_revision(connection: Connection, draft: Draft) -> None:
    connection.execute(
        insert(draft_revisions).values(
            draft_id=draft.id,
            revision=draft.revision,
            body=draft.body.model_dump(mode="json"),
            provenance=draft.provenance.model_dump(mode="json"),
            content_hash=draft.etag,
            author=draft.author,
            edited_at=draft.edited_at,
        )
    )


def _joined() -> Select[Any]:
    return select(
        drafts.c.id,
        drafts.c.record_id,
        draft_revisions.c.revision,
        draft_revisions.c.body,
        draft_revisions.c.provenance,
        draft_revisions.c.author,
        draft_revisions.c.edited_at,
    ).join(draft_revisions, draft_revisions.c.draft_id == drafts.c.id)


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        record_id=row.record_id,
        revision=row.revision,
        body=DraftBody.model_validate(row.body),
        provenance=Provenance.model_validate(row.provenance),
        author=row.author,
        edited_at=row.edited_at,
    )
