"""Datasets from the organisation's own corpus, and what its people judge."""
