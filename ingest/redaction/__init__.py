"""Removal of secrets and personal data before anything is stored; see docs/redaction.md."""

from ingest.redaction.policy import IpPolicy, RedactionPolicy
from ingest.redaction.redactor import REDACTION_VERSION, Redacted, Redaction, Redactor

__all__ = [
    "REDACTION_VERSION",
    "IpPolicy",
    "Redacted",
    "Redaction",
    "RedactionPolicy",
    "Redactor",
]
