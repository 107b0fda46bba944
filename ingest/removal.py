"""How much may vanish from a source at once before a person has to say that it is really gone."""

# A source that suddenly lacks most of what it had is more often a truncated export, or a right
# that was taken away, than a clean-up. Below the smaller number nobody would notice by a count,
# so it is let pass.
_SHARE = 0.5
_FLOOR = 20


def is_mass_removal(missing: int, present: int) -> bool:
    """Whether so many of those present are too many to remove unasked."""
    return missing > max(_FLOOR, _SHARE * present)
