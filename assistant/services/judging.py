"""Use case: people judge which records help with an incident, without knowing who found them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from assistant.db import audit
from assistant.db import judgements as rows
from assistant.domain.judgements import Candidate, Grade, Grades, Judgement, Pool, PooledQuery
from assistant.domain.people import Person, Role
from assistant.services.similar import SimilarIncidents
from ingest.redaction import Redactor
from retrieval.access import Reader
from retrieval.corpus.database import Database
from retrieval.errors import Conflict, InvalidInput, NotFound
from retrieval.records import Record


class PoolProgress(NamedTuple):
    """A pool as a person sees it: how many queries they may read, and have judged."""

    pool: Pool
    queries: int
    judged: int


class QueryProgress(NamedTuple):
    """A query that a person may read, and how many of its candidates they have judged."""

    query: PooledQuery
    judged: int


class ToJudge(NamedTuple):
    """A query with the candidates that the person may read, and the grades they gave.

    ``following`` is the number of the next query that they have not judged, if there is one.
    """

    pool: Pool
    query: PooledQuery
    records: tuple[Record, ...]
    grades: Grades
    following: int | None


class Judging:
    """Evaluators judge what they may read; everything else is as good as not there."""

    def __init__(
        self,
        database: Database,
        similar: SimilarIncidents,
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._similar = similar
        self._redactor = redactor
        self._clock = clock

    def put(self, pool: Pool, queries: Iterable[PooledQuery], *, again: bool = False) -> None:
        """Keep a pool, its texts redacted. For the operator of the installation.

        A pool of the same name raises ``Conflict``; ``again`` replaces its queries and keeps what
        was judged.
        """
        clean = [
            each.model_copy(update={"text": self._redactor.clean(each.text)}) for each in queries
        ]
        with self._database.write() as connection:
            if rows.find_pool(connection, pool.name) is not None and not again:
                raise Conflict(
                    f"There is a pool {pool.name!r} already. Choose another --name, or replace its "
                    "queries with --force; what was judged stays."
                )
            rows.put_pool(connection, pool, clean)
            told = {"queries": len(clean), "depth": pool.depth}
            audit.append(connection, pool.created_at, pool.created_by, "pool.made", pool.name, told)

    def pools(self, person: Person) -> list[PoolProgress]:
        """The pools in which the person may read a query. ``NotAllowed`` unless an evaluator."""
        person.require(Role.EVALUATOR)
        with self._database.read() as connection:
            found = rows.all_pools(connection)
        progress = [(pool, self.queries(person, pool.name)) for pool in found]
        return [
            PoolProgress(pool, len(queries), sum(1 for each in queries if each.judged))
            for pool, queries in progress
            if queries
        ]

    def queries(self, person: Person, pool: str) -> list[QueryProgress]:
        """The queries of a pool that the person may read, in order; ``NotFound`` as for none."""
        person.require(Role.EVALUATOR)
        with self._database.read() as connection:
            if rows.find_pool(connection, pool) is None:
                raise NotFound(f"There is no pool {pool!r}. 'precedent eval pool' makes one.")
            queries = rows.queries_of(connection, pool)
            given = rows.judgements_of(connection, pool, person.name)
        judged = Counter(one.query_id for one in given)
        reader = person.reader()
        return [
            QueryProgress(query, judged[query.query_id])
            for query in queries
            if self._may_read(query, reader)
        ]

    def query(self, person: Person, pool: str, number: int) -> ToJudge:
        """One query to judge. Raises ``NotFound`` for one that the person may not read."""
        listed = self.queries(person, pool)
        query = next((each.query for each in listed if each.query.number == number), None)
        with self._database.read() as connection:
            found = rows.find_pool(connection, pool)
            given = rows.judgements_of(connection, pool, person.name)
        if query is None or found is None:
            raise NotFound(f"The pool {pool!r} has no query {number}.")
        records = tuple(self._records(query.candidates, person.reader()))
        shown = {record.id for record in records}
        grades = {
            one.record_id: one.grade
            for one in given
            if one.query_id == query.query_id and one.record_id in shown
        }
        return ToJudge(found, query, records, grades, _following(listed, number))

    def judge(self, person: Person, pool: str, number: int, grades: Mapping[str, Grade]) -> ToJudge:
        """Keep what a person says of candidates, in place of what they said before.

        Raises ``InvalidInput`` for no grade at all, and for a record that is no candidate that
        they may read.
        """
        asked = self.query(person, pool, number)
        if not grades:
            raise InvalidInput("Nothing was judged. Choose a grade for at least one record.")
        if grades.keys() - {record.id for record in asked.records}:
            raise InvalidInput("A judged record is no candidate of this query. Load it again.")
        at = self._clock()
        query_id = asked.query.query_id
        given = [
            Judgement(query_id=query_id, record_id=record, person=person.name, grade=grade, at=at)
            for record, grade in sorted(grades.items())
        ]
        with self._database.write() as connection:
            rows.put_judgements(connection, pool, given)
            said: dict[str, JsonValue] = {one.record_id: int(one.grade) for one in given}
            told: dict[str, JsonValue] = {"query": query_id, "grades": said}
            audit.append(connection, at, person.name, "judgement.given", pool, told)
        return self.query(person, pool, number)

    def given(self, pool: str) -> list[Judgement]:
        """All judgements of a pool. For the operator of the installation."""
        with self._database.read() as connection:
            if rows.find_pool(connection, pool) is None:
                raise NotFound(f"There is no pool {pool!r}. 'precedent eval pool DIR' makes one.")
            return rows.judgements_of(connection, pool)

    def _may_read(self, query: PooledQuery, reader: Reader) -> bool:
        return query.record_id is None or self._readable(query.record_id, reader) is not None

    def _records(self, candidates: Iterable[Candidate], reader: Reader) -> Iterator[Record]:
        for each in candidates:
            record = self._readable(each.record_id, reader, each.revision)
            if record is not None:
                yield record

    def _readable(self, record: str, reader: Reader, revision: int | None = None) -> Record | None:
        try:
            return self._similar.readable(record, reader, revision)
        except NotFound:
            return None


def _following(listed: Sequence[QueryProgress], number: int) -> int | None:
    """The next one after this that was not judged, else the first one at all."""
    open_ones = [each.query.number for each in listed if not each.judged]
    others = [each for each in open_ones if each != number]
    return next((each for each in others if each > number), others[0] if others else None)
