"""Check digits."""

# Digits and letters of an IBAN by country (ISO 13616 registry).
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FO", "GL", "NL"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS"), 22),
    **dict.fromkeys(("AE", "GI", "IL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN"), 24),
    **dict.fromkeys(("PT",), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "CY", "HU", "LB", "PL"), 28),
    **dict.fromkeys(("BR", "UA"), 29),
    **dict.fromkeys(("MT",), 31),
}


def iban_length(country: str) -> int | None:
    """How many characters an IBAN of the country has; ``None`` where there are no IBANs."""
    return _IBAN_LENGTHS.get(country)


def is_iban(compact: str) -> bool:
    """Whether upper-case letters and digits without spaces pass ISO 7064 mod 97-10."""
    if len(compact) != iban_length(compact[:2]):
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card_number(digits: str) -> bool:
    """Whether the digits have an issuer's prefix, that issuer's length and the check digit."""
    return _issuer_fits(digits) and passes_luhn(digits)


def _issuer_fits(digits: str) -> bool:
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    sixteen = len(digits) == 16
    if digits[0] == "4":
        return len(digits) in (16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return sixteen
    if two in (34, 37):
        return len(digits) == 15
    if two in (36, 38) or 300 <= three <= 305:
        return len(digits) == 14
    if four == 6011 or 644 <= three <= 659 or 3528 <= four <= 3589:
        return sixteen
    return two == 62 and len(digits) in (16, 19)
