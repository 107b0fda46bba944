"""The one tree of errors that people and programs may see.

PrecedentError
├── InvalidInput            the caller sent something that cannot be used
│   ├── UnreadableFile      a file is empty, binary, too large or malformed
│   └── InvalidSettings     a setting is unknown or has an impossible value
├── NotFound                the thing asked for does not exist, or may not be read
├── AmbiguousReference      a reference fits several records
├── NotAllowed              the caller may not do this
├── Conflict                the state has moved on
│   ├── StaleRevision       somebody else edited first
│   └── WrongState          the step is not possible from this state
├── TooLarge                a request exceeds a documented limit
├── CorruptIndex            an index generation failed its checks
├── ModelUnavailable        an embedding or chat model cannot be used
├── ServiceUnavailable      another server could not be reached, or refused
└── DeliveryFailed          an outside system refused or could not be reached

The message of every error names the place and the fix, because it is shown to
people as it is. Foreign errors are wrapped with ``raise … from exc``.
"""


class PrecedentError(Exception):
    """Something went wrong in a way that the reader of the message can act on."""

    code = "error"


class InvalidInput(PrecedentError):
    """The input cannot be used as it is."""

    code = "invalid-input"


class UnreadableFile(InvalidInput):
    """A file cannot be read as what it should be."""

    code = "unreadable-file"


class InvalidSettings(InvalidInput):
    """A setting is unknown or impossible."""

    code = "invalid-settings"


class NotFound(PrecedentError):
    """Nothing by that name exists for this reader."""

    code = "not-found"


class AmbiguousReference(PrecedentError):
    """A reference fits more than one record."""

    code = "ambiguous-reference"


class NotAllowed(PrecedentError):
    """This person may not do that."""

    code = "not-allowed"


class Conflict(PrecedentError):
    """The state has moved on since the caller looked."""

    code = "conflict"


class StaleRevision(Conflict):
    """Somebody else edited first."""

    code = "stale-revision"


class WrongState(Conflict):
    """The step is not possible from the present state."""

    code = "wrong-state"


class TooLarge(PrecedentError):
    """A request exceeds a documented limit."""

    code = "too-large"


class CorruptIndex(PrecedentError):
    """An index generation failed its checks."""

    code = "corrupt-index"


class ModelUnavailable(PrecedentError):
    """An embedding or chat model cannot be used."""

    code = "model-unavailable"


class ServiceUnavailable(PrecedentError):
    """Another server could not be reached, or refused."""

    code = "service-unavailable"


class DeliveryFailed(PrecedentError):
    """An outside system refused or could not be reached."""

    code = "delivery-failed"
