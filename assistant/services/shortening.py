"""Texts cut to a length, at a word."""


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with "…" where it has more than ``most`` characters."""
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"
