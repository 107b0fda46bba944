"""Commands of ``precedent eval``, a file each, mounted in ``evals.cli``.

They are imported at every start of ``precedent``: what takes time is imported by
:func:`evals.commands.measuring.module` when a command runs.
"""
