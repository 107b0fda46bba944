"""Secrets of every kind that the redactor knows, made by chance and good for nothing.

Each is a sentence as people paste it into tickets, with the part of it that must not be kept.
"""

import random
import string
from collections.abc import Callable
from typing import NamedTuple

_LETTERS = string.ascii_letters
_ALNUM = string.ascii_letters + string.digits


class Secret(NamedTuple):
    """A kind, a text with a secret in it, and the secret."""

    kind: str
    text: str
    secret: str


def secrets_made(chance: random.Random) -> list[Secret]:
    """One of each, in the order of the list below; the same chance gives the same ones."""
    made = []
    for kind, text, make in _KINDS:
        secret = make(chance)
        made.append(Secret(kind, text.format(secret), secret))
    return made


Make = Callable[[random.Random], str]


def _of(alphabet: str, length: int, prefix: str = "") -> Make:
    return lambda chance: prefix + "".join(chance.choice(alphabet) for _ in range(length))


def _password(chance: random.Random) -> str:
    # With a digit and a sign, as policies ask for, and no letter that ends a sentence.
    core = "".join(chance.choice(_LETTERS) for _ in range(9))
    return f"{core}{chance.randint(10, 99)}#{chance.choice(_LETTERS)}"


def _private_key(chance: random.Random) -> str:
    lines = ["".join(chance.choice(_ALNUM + "+/") for _ in range(64)) for _ in range(6)]
    return "\n".join(lines)


def _mail(chance: random.Random) -> str:
    name = _of(string.ascii_lowercase, 7)
    return f"{name(chance)}.{name(chance)}@example.com"


def _phone(chance: random.Random) -> str:
    return f"+49 30 {chance.randint(1000, 9999)} {chance.randint(1000, 9999)}"


def _card(chance: random.Random) -> str:
    digits = "4" + "".join(chance.choice(string.digits) for _ in range(14))
    return digits + str(_luhn_digit(digits))


def _luhn_digit(digits: str) -> int:
    """The check digit of ISO/IEC 7812-1."""
    doubled = [
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    ]
    return -sum(doubled) % 10


def _iban(chance: random.Random) -> str:
    account = "".join(chance.choice(string.digits) for _ in range(18))
    # ISO 7064 mod 97-10, with D as 13, E as 14 and zeros where the check digits will stand.
    check = 98 - int(f"{account}131400") % 97
    return f"DE{check:02d}{account}"


def _signed_token(chance: random.Random) -> str:
    part = _of(_ALNUM + "-_", 40)
    return f"eyJhbGciOiJIUzI1NiJ9.eyJ{part(chance)}.{part(chance)}"


_KINDS: tuple[tuple[str, str, Make], ...] = (
    ("password in prose", "The password is {} for the service account.", _password),
    ("password, German", "Das Kennwort lautet {} und gilt bis morgen.", _password),
    ("password by name", "DB_PASSWORD={} DB_PORT=5432", _password),
    ("password in JSON", '{{"user": "svc", "password": "{}"}}', _password),
    ("password in XML", "<config><password>{}</password></config>", _password),
    ("password on a command line", "mysql -u root --password={} -h db01", _password),
    ("connection string", "postgresql://app:{}@db01:5432/orders", _of(_ALNUM, 14)),
    ("bearer header", "curl -H 'Authorization: Bearer {}' https://api.example", _of(_ALNUM, 40)),
    ("cookie", "Cookie: JSESSIONID={}; Path=/", _of(string.hexdigits[:16].upper(), 32)),
    ("signed token", "The token was {} in the log.", _signed_token),
    ("GitHub token", "git clone with {} failed", _of(_ALNUM, 36, "ghp_")),
    ("GitLab token", "The runner uses {} today", _of(_ALNUM, 20, "glpat-")),
    ("Slack token", "The bot posts with {} again", _of(string.digits, 24, "xoxb-")),
    ("AWS key", "aws_access_key_id {}", _of(string.ascii_uppercase + string.digits, 16, "AKIA")),
    ("Google key", "The map key is {} here", _of(_ALNUM, 35, "AIza")),
    ("payment key", "Checkout calls with {} fail", _of(_ALNUM, 24, "sk_live_")),
    ("Slack webhook", "https://hooks.slack.com/services/{}", _of(_ALNUM, 40, "T0")),
    ("password hash", "shadow has $6$rounds=5000${}", _of(_ALNUM + "./", 86)),
    (
        "private key",
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        _private_key,
    ),
    ("one-time code", "The one-time code is {} for the login.", _of(string.digits, 6)),
    ("mail address", "Reported by {} this morning.", _mail),
    ("phone number", "Call back on {} after nine.", _phone),
    ("payment card", "The customer's card {} was declined.", _card),
    ("IBAN", "Refund to {} please.", _iban),
)
