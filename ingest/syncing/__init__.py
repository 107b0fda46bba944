"""Keeping the corpus in step with an outside system: runs, sweeps, cursors and checks."""
