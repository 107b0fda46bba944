"""The latest results of what takes seconds, until the corpus changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from retrieval.access import Reader
from retrieval.corpus.store import SqlRecordStore

ResultT = TypeVar("ResultT")

# Sets of groups that look at a page in one day; each result is some kilobytes.
_REMEMBERED = 64


class Remembered(Generic[ResultT]):
    """Remembers a result by what decides it: the reader's groups and the corpus' version.

    Readers of the same groups read the same records, so one computes for all of them. Two who
    ask at the same time wait for one computation.
    """

    def __init__(self, store: SqlRecordStore, compute: Callable[[Reader], ResultT]) -> None:
        self._store = store
        self._compute = compute
        self._lock = threading.Lock()
        self._known: OrderedDict[object, tuple[int, ResultT]] = OrderedDict()

    def __call__(self, reader: Reader) -> ResultT:
        """The result for a reader, as the corpus stands."""
        with self._lock:
            version = self._store.version()
            known = self._known.get(reader.groups)
            if known is None or known[0] != version:
                known = version, self._compute(reader)
                self._known[reader.groups] = known
            self._known.move_to_end(reader.groups)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return known[1]
