"""Which runbooks an incident calls for: those its alerts link, then those of its alerts' names,
then those that are close in meaning."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import takewhile
from urllib.parse import SplitResult, unquote, urlsplit

from assistant.domain.incident import IncidentContext
from retrieval import explain
from retrieval.access import RecordFilter
from retrieval.corpus.store import SqlRecordStore
from retrieval.explain import QueryProfile, Reason, ReasonKind
from retrieval.folding import Folding
from retrieval.identifiers import alert_names, urls
from retrieval.records import Record
from retrieval.searcher import Hit

# An alert's name and its link stand at the beginning; a pasted log names thousands of classes.
_READ_CHARS = 20_000
# So many records may have one of the wanted names: the same page in several collections.
_MOST_NAMED = 50
# What the last part of an address is called where the part before it is the page's name.
_NO_NAMES = frozenset("index readme runbook runbooks home latest master main".split())
_SUFFIX = re.compile(r"\.(?:md|markdown|mdx|html?|adoc|rst|txt|aspx|php)\Z", re.IGNORECASE)
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# What authors put around the name in a title: "Runbook: HostDown", "HostDown alert".
_AROUND_A_NAME = re.compile(r"(?i)\b(?:runbook|playbook|alert)s?\b")
# A runbook tells what to do, not what hurts, so it shares few words with a ticket and its
# meaning must suffice. Of 60 alerts asked of their own runbooks 95 % lie above .54, half of
# the questions from other fields below .41 (docs/decisions/0006 describes the data).
_GUIDANCE_SIMILARITY = 0.5
# Where a page that the search did not find is quoted from.
_BEGINNING = 2_000
_NOTHING_ASKED = QueryProfile({}, (), frozenset())


class Match(IntEnum):
    """How surely a runbook is meant, the surest first; without any of them only by meaning."""

    ADDRESS = 0
    PAGE = 1
    NAME = 2
    HEADING = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an incident says of its runbooks.

    ``links`` are the addresses that alerts annotate; ``mentioned`` those in the text. ``names``
    are those of its alerts, told or found in the text.
    """

    links: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, context: IncidentContext) -> "Wanted":
        """From the alerts of an incident and from its text."""
        text = context.text[:_READ_CHARS]
        told = [name for group in context.alerts for name in group.names]
        links = [
            *context.runbook_urls,
            *(u for group in context.alerts for u in group.runbook_urls),
        ]
        return cls(_distinct(links), _distinct(urls(text)), _distinct([*told, *alert_names(text)]))

    def __bool__(self) -> bool:
        return bool(self.links or self.mentioned or self.names)

    @property
    def pages(self) -> tuple[str, ...]:
        """The names of the pages that are linked."""
        return _distinct(page for link in self.links for page in pages_of(link))


@dataclass(frozen=True, slots=True)
class RunbookMatch:
    """A runbook that an incident points to, how, and why in a few words.

    ``nearness`` counts the parts of its path that a link has too, from the end: of the copies
    of a page in several collections it tells the one that is meant.
    """

    record: Record
    match: Match
    why: Reason
    nearness: int = 0


def matched(record: Record, wanted: Wanted) -> RunbookMatch | None:
    """How an incident points to a record; ``None`` when only its meaning could."""
    for link in (*wanted.links, *wanted.mentioned):
        if record.url and _same_address(record.url, link):
            where = "by the alert" if link in wanted.links else "in the description"
            return RunbookMatch(record, Match.ADDRESS, _reason(f"Linked {where}", link))
    names = _names_of(record)
    for link in wanted.links:
        if not names.isdisjoint(map(folded, pages_of(link))):
            why = _reason("Linked by the alert", link)
            return RunbookMatch(record, Match.PAGE, why, _nearness(link, record))
    headings = {folded(section.heading) for section in record.sections} - {""}
    for match, known in ((Match.NAME, names), (Match.HEADING, headings)):
        for name in wanted.names:
            if folded(name) in known:
                return RunbookMatch(record, match, _reason(f"Has the alert's name: {name}", name))
    return None


def ordered(wanted: Wanted, hits: Sequence[Hit], called: Iterable[Record]) -> tuple[Hit, ...]:
    """Linked runbooks, then named ones, then those of the hits that are close in meaning.

    ``called`` are further records that the incident may point to, readable like the hits. The
    first reason of a linked or named one says so; the others keep the order and the reasons
    of the search. What says the same as an earlier one is folded into it.
    """
    place = {hit.record.id: number for number, hit in enumerate(hits)}
    known = {hit.record.id: hit.record for hit in hits} | {one.id: one for one in called}
    found = [match for record in known.values() if (match := matched(record, wanted)) is not None]
    found.sort(key=lambda m: (m.match, -m.nearness, place.get(m.record.id, len(hits)), m.record.id))
    by_id = {hit.record.id: hit for hit in hits}
    pointed = {match.record.id for match in found}
    rest = [hit for hit in hits if hit.record.id not in pointed and _is_close(hit)]
    return _folded([*(_hit(match, by_id.get(match.record.id)) for match in found), *rest])


def called(store: SqlRecordStore, filter: RecordFilter, wanted: Wanted) -> tuple[Record, ...]:
    """The records that have a wanted name or address, among those that the filter admits."""
    if not wanted:
        return ()
    names = [*wanted.pages, *wanted.names]
    addresses = [form for link in (*wanted.links, *wanted.mentioned) for form in _forms(link)]
    return tuple(store.named(filter, names, addresses, _MOST_NAMED))


def pages_of(url: str) -> tuple[str, ...]:
    """What the page at an address may be called: the end of its path, and its fragment.

    ``…/runbooks/etcd/etcdNoLeader.md`` is ``etcdNoLeader``, ``…/DiskFull/index.html`` is
    ``DiskFull``, ``…/alerts.html#hostdown`` may be ``hostdown``.
    """
    named = [part for part in _parts(url) if part.lower() not in _NO_NAMES]
    return _distinct([unquote(_split(url).fragment), *named[-1:]])


def folded(name: str) -> str:
    """A name without upper case, punctuation and the words that authors put around it."""
    bare = _NOT_ALPHANUMERIC.sub("", _AROUND_A_NAME.sub("", name)).lower()
    return bare or _NOT_ALPHANUMERIC.sub("", name).lower()


def _is_close(hit: Hit) -> bool:
    return hit.is_close or hit.similarity >= _GUIDANCE_SIMILARITY


def _hit(match: RunbookMatch, found: Hit | None) -> Hit:
    """The match as a hit; one that the search did not find is not close in meaning."""
    if found is not None:
        return replace(found, why=(match.why, *found.why))
    record = match.record
    beginning = ((0, min(len(record.text), _BEGINNING)),)
    return Hit(
        record=record,
        score=0.0,
        similarity=0.0,
        coverage=0.0,
        why=(match.why,),
        differs=(),
        citations=explain.citations(_NOTHING_ASKED, record, beginning),
    )


def _folded(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits without those that say the same as an earlier one, which names them instead."""
    listed = {hit.record.id for hit in hits}
    folding = Folding()
    left: dict[str, Hit] = {}
    for hit in hits:
        alone = tuple(record for record in hit.folded if record.id not in listed)
        leader = folding.leader_of(hit.record)
        if leader is None:
            left[hit.record.id] = replace(hit, folded=alone)
        else:
            first = left[leader.id]
            left[leader.id] = replace(first, folded=(*first.folded, hit.record, *alone))
    return tuple(left.values())


def _names_of(record: Record) -> frozenset[str]:
    tail = _SUFFIX.sub("", record.external_id.rsplit("/", 1)[-1])
    return frozenset({folded(record.title), folded(tail)} - {""})


def _nearness(link: str, record: Record) -> int:
    ours = [_SUFFIX.sub("", part) for part in record.external_id.split("/")]
    pairs = zip(reversed(ours), reversed(_parts(link)), strict=False)
    return len(list(takewhile(lambda pair: folded(pair[0]) == folded(pair[1]), pairs)))


def _same_address(one: str, other: str) -> bool:
    """The same page, over HTTP or HTTPS, unless each names another part of it."""
    a, b = _split(one), _split(other)
    return (
        (a.netloc.lower(), a.path.rstrip("/"), a.query)
        == (b.netloc.lower(), b.path.rstrip("/"), b.query)
    ) and (a.fragment == b.fragment or not (a.fragment and b.fragment))


def _forms(url: str) -> tuple[str, ...]:
    """How a record may write an address: as it is linked, and without what does not matter."""
    page = url.partition("#")[0]
    return _distinct(
        [url, page, re.sub(r"\Ahttp:", "https:", page), re.sub(r"\Ahttps:", "http:", page)]
    )


def _parts(url: str) -> list[str]:
    return [_SUFFIX.sub("", unquote(part)) for part in _split(url).path.split("/") if part]


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url.strip())
    except ValueError:
        # Not an address: a name that somebody wrote where the link should be.
        return SplitResult("", "", url, "", "")


def _reason(text: str, value: str) -> Reason:
    return Reason(ReasonKind.IDENTIFIER, text, (value,))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
