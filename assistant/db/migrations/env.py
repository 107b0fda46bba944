"""Alembic's environment: migrations run on the connection that ``migrate.upgrade`` gives."""

from alembic import context

import assistant.db.identity_tables  # registers the tables of keys and sessions
import assistant.db.tables  # noqa: F401 — registers the service's tables
import ingest.tables  # noqa: F401 — registers ingest's tables
from retrieval.corpus.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
