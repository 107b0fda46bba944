"""Removes secrets and personal data before anything is stored or embedded."""

from ingest.redaction.redactor import (
    REDACTION_VERSION,
    IpPolicy,
    Redacted,
    Redaction,
    RedactionPolicy,
    Redactor,
)

__all__ = [
    "REDACTION_VERSION",
    "IpPolicy",
    "Redacted",
    "Redaction",
    "RedactionPolicy",
    "Redactor",
]
