"""Drafts, approvals, outbox, receipts, feedback and the audit ledger in SQL."""
