"""The wording that tells what a step does: closed lists, one rule a line.

To add a rule, write one line in the table where it belongs: ``commands`` for what people
type, ``doings`` for what they write, ``looks`` for what only reads.
"""
