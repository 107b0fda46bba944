"""Judging what stands behind the name of a secret: a secret, a reference to one, or prose."""

import re

# A passage of text, not a password, when quoted text has more words than this.
_PASSPHRASE_WORDS = 6

# Words that stand where a secret would, in the languages of the key names.
_HARMLESS = frozenset(
    """
    a able about above absent accepted access according across after again all already also
    always an and another any anymore anyone are as ask asked asterisks at attempt auto
    automatically back bad basic bcrypt be bearer because been before being below beyond
    bitwarden blank both but by call came can cannot cant case certificate change changed
    changing check cleared clipped comes comply configured contains correct correctly could
    created credentials current cyberark default denied did different digest disabled do
    does doesn't doesnt done due email empty enabled encrypted enforced enter entered eq
    error even every exceeded except exists expiration expire expired expires expiring
    expiry external fail failed fails failure false fido field file fine first fixed for
    forced forgotten form found from further generated get gets getting given goes going
    good got granted group had handled hardcoded has hash hashed have he hence her here
    hidden his how however i if ignored in inactive incorrect incorrectly inherited input
    insecure instead integrated intended internal into invalid is issue issued issues it its
    just keepass kept kerberos key kms known last lastpass ldap leaked less letters like
    local locked lockout logged login logon longer lost made managed mandatory manual
    manually masked match matches matching max may maybe meet meets min minimum mismatch
    missing more most must n/a na name needed needs negotiate never new nil no none normal
    not nothing now ntlm null oauth oauth2 obfuscated of off ok okay old on once one only
    optional or other otherwise our out over owner pass passed passphrase passwd password
    passwordless pending per permanent pki plain plaintext please policy possible present
    prevent problem process prompt prompts protected provided public pw pwd random read
    received recently redacted refused rejected related reminder remove removed repeat
    replaced request requested require required requirements requires reset resets resetting
    resolved restored retrieved return returned reused revoked rotate rotated rotation safe
    same saml saved scope secret secrets secured see seems self sent service set sets
    several shared she should shown simple since smartcard so solved some someone something
    sso stdin still stored strength string strong stronger successful successfully such
    supplied support sync synced synchronised synchronized temporarily temporary test text
    than that the their them then there these they this through timeout to together token
    tokens too true two type typed typo unable unavailable unchanged undefined under
    unencrypted unique unknown unless unlock unlocked unset until up update updated upon use
    used user username users using valid validated validation value varchar vault verified
    verify via view visible waiting wallet was we weak well were what when where whether
    which while who whose will with within without work worked working works would write
    written wrong x509 yes yet you your

    abgelaufen achtung aktiviert auf aus bitte das dem den der die durch eingeben
    erforderlich falsch fehlt für gesperrt geändert ist kann kein keine mit muss nicht nie
    oder richtlinie siehe sofort unbekannt und ungültig vergessen wird wurde zu
    zurückgesetzt zurücksetzen

    aan aanvragen bij dat de door een en fout gaat gebruiken gereset geweigerd gewijzigd
    heeft het ingesteld kan klopt komt met moet naar niet nieuw nodig onbekend ongeldig
    onjuist ontbreekt opgevraagd resetten van vereist vergeten verlopen verstuurd voor weet
    werkt wijzigen wordt zie zijn

    au avec du est et expiré invalide la le les manquant non ou oublié par pas pour requis
    réinitialisé sur voir

    caducada con contraseña del el es expirada incorrecta incorreta inválida los não
    olvidada para por restablecida vencida y
    """.split()
)
# Words of the list above that are also among the first passwords anybody tries.
_WEAK_PASSWORDS = frozenset(
    "default first good pass passwd password public random safe secret strong test user".split()
)

_SIGIL_REFERENCE = re.compile(
    r"\$[({]"  # $(…) and ${…}
    r"|\$env:|\$ENV:"
    r"|\$[A-Z_][A-Z0-9_]*\Z"
    r"|\$[A-Za-z_]*(?:pass|pw|secret|token|key|cred)[A-Za-z0-9_]*\Z"
    r"|\$\d\Z|\$\w{1,60}\$\Z"
    r"|%[A-Za-z_][A-Za-z0-9_]*%?\Z"  # %NAME%; %s and %d of a format string
    r"|@@?[A-Za-z_][\w.]*@@?\Z"
    r"|#\{|\{\{|\{%|\{[A-Za-z_]\w*\}|\{\}|<%|<\?"
    r"|__[A-Z][A-Z0-9_]*__"
    r"|![A-Za-z]+\b"  # YAML tags such as !vault
    r"|@Microsoft\.|ENC\[|vault:|op://|ref\+|arn:aws|env:|file:|https?://|keyvault:|secret/|kv/",
)
_PLACEHOLDER = re.compile(
    r"<[^<>\n]{0,60}>?\Z|&lt;[^<>\n]{0,60}\Z|\[[\w .-]{0,40}\]?\Z|\((?:\w+ ?){1,5}\)?\Z"
    r"|[*•●xX._?#…-]{2,}\Z|\*"
)
_CODE = re.compile(
    r"[A-Za-z_$][\w$.]*(?:->\w+)?[(\[]"  # a call or an element of something
    r"|(?:Get|Read|New|Import|ConvertTo|ConvertFrom)-[A-Z]"
    r"|[A-Za-z]\w*_(?:password|passwd|pass|pwd|secret|token|key)\Z"  # a variable's name
    r"|[\w-]+:[x*!]{1,2}:"  # a line of /etc/passwd
    r"|(?:self|this|config|settings|options|opts|args|params|request|req|env|process|os|props"
    r"|data|var|local|vars|conf|cfg|context|secrets|input|module|event|values)\.[A-Za-z_][\w.]*\Z"
)
_PATH = re.compile(
    r"/(?:run|etc|var|home|opt|mnt|vault|usr|tmp|secrets|srv|root|data|app)/\S*\Z"
    r"|[A-Za-z]:\\\S*\Z|~/\S*\Z|\.{1,2}/\S*\Z"
)
_DESCRIPTION = re.compile(
    r"(?i)(?:ed|ing|able|ible|ive|ful|less|ly|ous|al|ant|ent|ic|own|ten|ht|age|ion|ty|ck|id"
    r"|en|lijk|bar|lich|isch|é|ée|er)\Z"
)
_EDGE = ".,;:)]}>*_'\"`"
_ENTITY_EDGE = re.compile(r"&(?:quot|nbsp|lt|gt|#39);?\Z")

_SYMBOL = re.compile(r"[!#$%^&*+?~=@€£§<>|]")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
# Times, measures and identifiers: mixed, but never a password.
_MEASURE = re.compile(
    r"""(?ix)
    (?: \d{1,4}[-/.:]\d{1,2}(?:[-/.:]\d{1,4})?(?:t[\d:.+z-]+)?     # dates, times
      | v?\d+(?:\.\d+){1,4}[a-z]?\d*                                 # versions, addresses
      | \d+(?:[.,]\d+)?[ -]?(?:%|x|ms|s|secs?|mins?|h|hrs?|d|days?|w|[kmgt]i?b|bits?|chars?
        |characters?|minutes?|hours?|weeks?|months?|times?|attempts?)?
      | \d+(?:st|nd|rd|th)
      | (?-i:[A-Z]{2,10}-?\d{3,10})                                  # INC0012345, KB12, ORA-01017
      | 0x[0-9a-f]+
      | [a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}                       # FQDNs and file names
      | [^\s@]+@[^\s@]+\.[a-z]{2,}
      | \\\\?[\w$.-]+(?:\\[\w$.-]+)+ | (?-i:[A-Z]{2,12}\\[\w$.-]+)   # UNC paths, DOM\user
      | /[\w.-]+(?:/[\w.-]*)+
      | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,30}
    )\Z"""
)
# Words and names of things, which only a name standing right before them turns into secrets.
_NAME = re.compile(
    r"""(?ix)
    (?: [a-z][a-z0-9]*(?:-[a-z0-9]+)+                                # host and resource names
      | [a-zà-ÿ]+(?:[-'’_./][a-zà-ÿ]+)*[_./]?[!?]*
      | [a-z]+[-_ ]?\d{1,4}                                          # DC02, svc1
    )\Z"""
)
# The commonest temporary passwords: a word and a number.
_WORD_AND_NUMBER = re.compile(r"(?:[A-Z][a-zà-ÿ]{4,14}[-_]?\d{1,4}|[a-z]{5,14}\d{1,4})\Z")
_PRODUCT = re.compile(
    r"(?i)(?:windows|win|office|server|exchange|outlook|oracle|ubuntu|debian|chrome|vlan|port"
    r"|python|tomcat|websphere|weblogic|version|release|build|step|level|type|node|line|page|phase"
    r"|room|event|error|code|sprint|week|user|admin|account|host|macos|oauth|base|java)[-_]?\d"
)
_INTEGER = re.compile(r"\d{4,12}#?\Z")
_PRODUCT_KEY = re.compile(r"[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){3,7}\Z")
_KEBAB_NAME = re.compile(r"[a-z][a-z]*\d{0,3}(?:[-_./:][a-z]*\d{0,4})*\Z", re.IGNORECASE)


def trimmed(value: str) -> str:
    """The value without the punctuation of the sentence around it."""
    text = _ENTITY_EDGE.sub("", value)
    while text and text[-1] in _EDGE:
        if text[-1] in ")]}>" and text.count({")": "(", "]": "[", "}": "{", ">": "<"}[text[-1]]):
            break
        text = text[:-1]
    return text


def is_reference(value: str) -> bool:
    """Whether the value stands for a secret elsewhere: a variable, a mask, a path, code."""
    return any(pattern.match(value) for pattern in (_SIGIL_REFERENCE, _PLACEHOLDER, _CODE, _PATH))


def is_harmless(value: str) -> bool:
    """Whether the value is a reference or a word that says something about the secret."""
    bare = value.strip(" .,;:!?()[]{}<>\"'`*_")
    return not bare or bare.casefold() in _HARMLESS or is_reference(value)


def is_description(value: str) -> bool:
    """Whether the word has an ending of participles and adjectives: compromised, readable."""
    return bool(_DESCRIPTION.search(value.rstrip(".!?")))


def is_weak_password(value: str) -> bool:
    """Whether the word, harmless in a sentence, is a password behind an equals sign."""
    return value.casefold() in _WEAK_PASSWORDS


def starts_harmless(value: str) -> bool:
    """The same for quoted text of several words: prose begins with such a word."""
    words = value.split()
    return (
        not words
        or is_harmless(value)
        or len(words) > _PASSPHRASE_WORDS
        or (len(words) > 1 and any(is_harmless(word) for word in words))
    )


def is_likely(value: str) -> bool:
    """Whether the value can be a password where the text says "the password is …"."""
    if len(value) < 4 or is_harmless(value) or _MEASURE.match(value) or _PRODUCT.match(value):
        return False
    features = (
        any(c.isdigit() for c in value),
        any(c.isalpha() for c in value),
        bool(_SYMBOL.search(value.rstrip("!?"))) or value.endswith("!"),
        bool(_INNER_CAPITAL.search(value)),
    )
    return sum(features) >= 2


def is_strong(value: str) -> bool:
    """As :func:`is_likely`, but names of hosts and the like are not taken for passwords."""
    if not is_likely(value):
        return False
    return not _NAME.match(value) or bool(_WORD_AND_NUMBER.match(value))


def is_strongest(value: str) -> bool:
    """As :func:`is_strong`, for places where nothing but the neighbouring word speaks for it."""
    if len(value) < 6 or not is_strong(value):
        return False
    has_digit = any(c.isdigit() for c in value)
    mixed = any(c.islower() for c in value) and any(c.isupper() for c in value)
    return bool(_SYMBOL.search(value)) or (has_digit and mixed)


def is_code(value: str) -> bool:
    """Whether the value is a number that a person would be given as a code."""
    return bool(_INTEGER.match(value))


def is_token(value: str) -> bool:
    """Whether the value looks generated: long enough, with digits, and not a readable name."""
    if len(value) < 8 or is_harmless(value):
        return False
    if _PRODUCT_KEY.match(value):
        return any(c.isdigit() for c in value)
    if value.isascii() and value.isalpha() and len(value) >= 20:
        return True
    if _KEBAB_NAME.match(value):
        return False
    digits = sum(c.isdigit() for c in value)
    letters = sum(c.isalpha() for c in value)
    if digits and letters:
        return " " not in value
    return letters >= 16 and len(_INNER_CAPITAL.findall(value)) >= 4 and " " not in value
