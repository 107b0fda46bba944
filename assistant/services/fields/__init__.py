"""Use case: which service, category or group is it? Learned from the organisation's own records."""
