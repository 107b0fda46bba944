"""Use cases: similar incidents, triage, drafting and its gate, approval and write-back."""
