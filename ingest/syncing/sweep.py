"""Comparing a stream as a whole: what is gone at the source goes here, what was missed comes.

No list of changes ever tells of a deletion, nor of a row whose readers were changed elsewhere.
"""

from collections.abc import Callable
from datetime import datetime

from ingest.intake import Intake, Origin
from ingest.removal import is_mass_removal
from ingest.syncing.cursors import Lease, SyncCursors
from ingest.syncing.run import Seen, Stopped, SyncReport, never
from ingest.syncing.source import OpenStream
from retrieval.batches import batched
from retrieval.corpus.database import Database
from retrieval.corpus.writer import CorpusWriter

# Rows that a sweep found missing are fetched and stored so many at a time.
_FETCHED = 200
