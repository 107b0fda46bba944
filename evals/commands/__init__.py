"""Commands of ``precedent eval``, a file each, mounted in ``evals.cli``.

They are imported at every start of ``precedent``: what takes time is imported when a command
runs.
"""
