"""Rows of comments on drafts."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from assistant.db.tables import draft_comments, drafts
from assistant.domain.comments import Comment


def next_number(connection: Connection, draft_id: str) -> int:
    """The number of a draft's next comment; nobody else gets it before the transaction ends."""
    connection.execute(select(drafts.c.id).where(drafts.c.id == draft_id).with_for_update())
    highest = select(func.max(draft_comments.c.number)).where(draft_comments.c.draft_id == draft_id)
    return (connection.scalar(highest) or 0) + 1


def insert_comment(connection: Connection, comment: Comment) -> None:
    """A new comment."""
    connection.execute(insert(draft_comments).values(**comment.model_dump()))


def comments_on(connection: Connection, draft_id: str) -> list[Comment]:
    """All comments on a draft, oldest first."""
    query = select(draft_comments).where(draft_comments.c.draft_id == draft_id)
    rows = connection.execute(query.order_by(draft_comments.c.number))
    return [Comment.model_validate(dict(row._mapping)) for row in rows]


def set_resolved(
    connection: Connection, draft_id: str, number: int, person: str, at: datetime
) -> bool:
    """Mark an open comment as resolved; false when somebody had done so before."""
    open_one = (
        (draft_comments.c.draft_id == draft_id)
        & (draft_comments.c.number == number)
        & draft_comments.c.resolved_at.is_(None)
    )
    changed = connection.execute(
        update(draft_comments).where(open_one).values(resolved_by=person, resolved_at=at)
    )
    return changed.rowcount > 0
