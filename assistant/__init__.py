"""The service: similar incidents, hypotheses, drafts, approval and write-back."""
