"""The verifier: is a sentence supported by the texts that it cites?

``words`` reads text, ``facts`` finds what must match exactly, ``binding``, ``polarity``,
``order`` and ``alignment`` are the checks, ``verifier`` puts them together.
"""

from assistant.services.verification.verifier import Verification, Verifier

__all__ = ["Verification", "Verifier"]
