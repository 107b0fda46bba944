"""Use case: the index follows the corpus, and a change of model, without anybody's asking."""

import threading

import structlog

from retrieval.indexer import Indexer

log = structlog.get_logger()

# A change that another process made is searchable so much later, and its own time.
_IDLE_SECONDS = 2.0
# After a failure; whatever is wrong (a full disk, a model that is away) takes a person.
_PAUSE_SECONDS = 30.0


class IndexUpkeep:
    """Brings the index up to date in the background, while readers use the one before."""

    def __init__(self, indexer: Indexer) -> None:
        self._indexer = indexer
        self._looked_closely = False

    def run(self, stop: threading.Event) -> None:
        """Follow until stopped."""
        while not stop.is_set():
            stop.wait(_IDLE_SECONDS if self.run_once() else _PAUSE_SECONDS)

    def run_once(self) -> bool:
        """Follow once; false when that failed, which the log tells.

        The first time every file is read, so that what was damaged on disk is made anew.
        """
        try:
            if self._indexer.is_behind(thorough=not self._looked_closely):
                report = self._indexer.refresh()
                if report is not None:
                    log.info("index.published", records=report.records, changed=report.followed)
        except Exception:
            # The process boundary of a background thread: the next round tries again.
            log.exception("index.failed")
            return False
        self._looked_closely = True
        return True
