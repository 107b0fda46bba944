"""Use case: what was it last time, what speaks against it, and what to check next?"""
