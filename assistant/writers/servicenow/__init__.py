"""ServiceNow as a place to write to: work notes, fields of problems, drafts of articles.

What an instance took over is never certain from its status alone: it ignores, with 200, fields
that an identity may not write, and cuts text that is too long. So every change is confirmed by
its mark in what the instance shows afterwards.

Nothing here is atomic. The Table API knows no ``If-Match``: between reading a ticket's version
and the PATCH somebody may change the ticket, and a field that is replaced then loses their text.
The worker reads right before it writes, so the gap is that of one request. Closing it needs code
on the instance, a Scripted REST resource that compares ``sys_mod_count`` itself.
"""

from assistant.writers.servicenow.fields import PROBLEM_FIELD_CHARS, servicenow_fields
from assistant.writers.servicenow.table import TableApi
from assistant.writers.servicenow.writer import ServiceNowWriter
from ingest.connections import Connection
from ingest.http import VendorClient
from retrieval.errors import InvalidSettings


def servicenow_writer(connection: Connection) -> ServiceNowWriter:
    """The writer of a connection, as its ``write`` identity.

    Options: ``knowledge_base``, the sys_id of the knowledge base that drafts go to;
    ``problem_field_chars``, how much the text fields of problems hold.
    """
    if connection.write is None:
        raise InvalidSettings(f"The connection {connection.name!r} has no identity that writes.")
    client = VendorClient(connection.base_url, connection.write, connection.timeout_seconds)
    return ServiceNowWriter(
        name=connection.name,
        fields=servicenow_fields(_chars(connection)),
        table=TableApi(client),
        base_url=connection.base_url,
        knowledge_base=connection.options.get("knowledge_base", ""),
    )


def _chars(connection: Connection) -> int:
    given = connection.options.get("problem_field_chars", str(PROBLEM_FIELD_CHARS))
    if not given.isdecimal() or not int(given):
        raise InvalidSettings(
            f"connections.{connection.name}.options.problem_field_chars is {given!r}; "
            "it must be a number of characters."
        )
    return int(given)
