"""Workers and servers that are killed at random, while the ticket system fails in every way.

``python -m tests.crash``: see ``__main__``.
"""
