"""The one tree of errors that people and programs may see.

PrecedentError
├── InvalidInput            the caller sent something that cannot be used
│   ├── UnreadableFile      a file is empty, binary, too large or malformed
│   └── InvalidSettings     a setting is unknown or has an impossible value
├── NotFound                the thing asked for does not exist, or may not be read
├── AmbiguousReference      a reference fits several records
├── NotSignedIn             nobody is known to have sent this
├── NotAllowed              the caller may not do this
├── Conflict                the state has moved on
│   ├── StaleRevision       somebody else edited first
│   ├── TargetChanged       the outside ticket is no longer what the approver saw
│   └── WrongState          the step is not possible from this state
├── TooLarge                a request exceeds a documented limit
├── TooMany                 more requests than one caller may send
├── CorruptIndex            an index generation failed its checks
├── ModelUnavailable        an embedding or chat model cannot be used
├── ServiceUnavailable      another server could not be reached; nothing was done there
│   ├── Throttled           it asks to wait
│   └── Unanswered          it may or may not have done what it was asked
├── Refused                 another server understood and said no
├── WrongAnswer             another server answered something else than it was asked
└── DeliveryFailed          nothing was written; another try may succeed

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


class NotSignedIn(PrecedentError):
    """Nobody is known to have sent this."""

    code = "not-signed-in"


class NotAllowed(PrecedentError):
    """This person may not do that."""

    code = "not-allowed"


class Conflict(PrecedentError):
    """The state has moved on since the caller looked."""

    code = "conflict"


class StaleRevision(Conflict):
    """Somebody else edited first."""

    code = "stale-revision"


class TargetChanged(Conflict):
    """The outside ticket is no longer what the approver saw."""

    code = "target-changed"


class WrongState(Conflict):
    """The step is not possible from the present state."""

    code = "wrong-state"


class TooLarge(PrecedentError):
    """A request exceeds a documented limit."""

    code = "too-large"


class TooMany(PrecedentError):
    """More requests than one caller may send; try again after ``wait_seconds``."""

    code = "too-many-requests"

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class CorruptIndex(PrecedentError):
    """An index generation failed its checks."""

    code = "corrupt-index"


class ModelUnavailable(PrecedentError):
    """An embedding or chat model cannot be used."""

    code = "model-unavailable"


class ServiceUnavailable(PrecedentError):
    """Another server could not be reached, or could not answer; nothing was done there."""

    code = "service-unavailable"


class Throttled(ServiceUnavailable):
    """Another server asks to wait ``wait_seconds``; it did nothing."""

    code = "throttled"

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Unanswered(ServiceUnavailable):
    """A change was sent and no answer came: it may have been made, or not."""

    code = "unanswered"


class Refused(PrecedentError):
    """Another server understood and said no with this ``status``; asking again is no use."""

    code = "refused"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class WrongAnswer(PrecedentError):
    """Another server answered something else than it was asked; nothing of it was used."""

    code = "wrong-answer"


class DeliveryFailed(PrecedentError):
    """Nothing was written; another try may succeed."""

    code = "delivery-failed"
