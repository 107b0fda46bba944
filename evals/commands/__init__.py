"""Commands of ``precedent eval``, a module for each."""
