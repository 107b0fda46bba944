"""What an organisation may decide about redaction."""

from dataclasses import dataclass
from enum import StrEnum


class IpPolicy(StrEnum):
    """Whether IP addresses stay; operations mostly needs them."""

    KEEP = "keep"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class RedactionPolicy:
    """The settings of a redactor; secrets are removed whatever they say.

    ``kept_mail_domains``: addresses at these domains stay, without their subdomains; lower
    case. Useful where the organisation's log-in names look like mail addresses.
    """

    ip_addresses: IpPolicy = IpPolicy.KEEP
    kept_mail_domains: frozenset[str] = frozenset()
