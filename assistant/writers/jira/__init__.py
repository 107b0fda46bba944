"""Jira Cloud as a place to write to: comments that no customer sees, and links.

In a service project a comment of the platform API is public unless a property says otherwise,
and something on the way may drop that property. So comments go through the Service Desk API,
which has no such property to forget, and every comment is read back after it was written: one
that customers could see is deleted, and the delivery is refused. A writer whose site has no
service projects (option ``jsm = "false"``) comments through the platform API in ADF.

Nothing here is atomic: Jira has no version check, so somebody may change the ticket between the
worker's last look and the write. Comments and links replace nothing, so nothing is lost.

Sources: the types of npm ``jira.js``, which are made of Atlassian's OpenAPI.
"""

import time
from collections.abc import Callable

from assistant.writers.jira.site import JiraSite
from assistant.writers.jira.writer import JiraWriter
from ingest.connections import Connection
from ingest.http import VendorClient
from retrieval.errors import InvalidSettings


def jira_writer(connection: Connection, pause: Callable[[float], None] = time.sleep) -> JiraWriter:
    """The writer of a connection, as its ``write`` identity.

    Options: ``jsm``, ``false`` where the projects are no service projects; ``site_url``, where
    people open issues, if that is not the base address.
    """
    if connection.write is None:
        raise InvalidSettings(f"The connection {connection.name!r} has no identity that writes.")
    service_desk = connection.options.get("jsm", "true")
    if service_desk not in {"true", "false"}:
        raise InvalidSettings(
            f"connections.{connection.name}.options.jsm is {service_desk!r}; "
            'it must be "true" or "false".'
        )
    client = VendorClient(connection.base_url, connection.write, connection.timeout_seconds)
    address = connection.options.get("site_url", connection.base_url)
    site = JiraSite(connection.name, client, address)
    return JiraWriter(connection.name, site, service_desk=service_desk == "true", pause=pause)
