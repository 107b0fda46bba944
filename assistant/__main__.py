"""``python -m assistant`` is the command ``precedent``."""

from assistant.cli import main

main()
