"""Versioned prompts: one Markdown file each, and the library that loads them."""
