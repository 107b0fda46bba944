"""Planted errors: true sentences of real records, and the same made false in one place.

``sources`` reads true sentences, ``rewordings`` says them a little differently,
``values``, ``statements`` and ``causes`` plant one error each, ``suite`` puts a balanced
suite together. Nothing here uses the verifier that is measured, nor its word lists: what
the verifier cannot read must be planted all the same.
"""

from evals.planted.cases import KINDS, PlantedCase
from evals.planted.suite import suite

__all__ = ["KINDS", "PlantedCase", "suite"]
