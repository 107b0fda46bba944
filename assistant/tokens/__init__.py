"""Tokens that others made: checked with their keys, and read for who sent them.

``keys`` holds the keys, ``checking`` what every token must fulfil, ``provider`` talks with the
identity provider, ``claims`` reads who somebody is.
"""
