"""Acronyms, commands and log ids where everybody reads."""

import re
from collections.abc import Iterator

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import Part
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.rule import Match, Rule, Severity
from retrieval.synonyms import acronyms

_ACRONYM = re.compile(r"(?<![\w.@/#&-])[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*s?(?![\w@/&]|[-.]\w)")
_EVERYBODY = frozenset(
    "API APP ATM CEO CIO CRM CSV EMEA ERP EST ETA EU FAQ GB GMT GPS HR HTML HTTP HTTPS ID IT JSON "
    "KB KPI LAN MB NHS OK OS PC PDF PIN PM AM POS PR QR RAM RCA SAP IBM SLO SMS SQL SSD SSH TB TV "
    "UI UK UPS URL US USA USB UTC BST CET CEST WAN XML ZIP AWS JIRA CI CD IP FTP SFTP NAS SAN IM "
    "P1 P2 P3 P4 SEV1 SEV2 SEV3 INC CHG PRB AI PCI GDPR VAT ISP ITSM CMDB II III IV".split()
)
# Words in capitals for emphasis, not acronyms.
_SHOUTED = frozenset(
    "ALL AND ANY ARE BUT CAN DID DO DONE DOWN DUE FOR FROM HAS HAVE IN IS ITS MAY MUST NEW NO NONE "
    "NOT NOW OF OFF ON ONE ONLY OPEN OR OUT OVER PLEASE RED GREEN AMBER STILL THE THIS TO TWO UP "
    "UPDATE VERY WAS WE WERE WILL WITH YES NEVER URGENT IMPORTANT NOTE RESOLVED CLOSED INCIDENT "
    "SUMMARY IMPACT STATUS SERVICE OUTAGE ISSUE CAUSE MAJOR CRITICAL HIGH LOW MEDIUM TEST LIVE "
    "PROD AS AT BY IF SO AN BE HOW WHAT WHY WHO WHEN NEXT FINAL".split()
)
_COMMAND = re.compile(
    r"\b(?:kubectl|systemctl|terraform|helm|docker|sudo|grep|iptables|journalctl|psql|chmod|rsync"
    r"|robocopy|gpupdate|w32tm|netsh|ipconfig|nslookup|openssl|crontab|ansible|git)(?= [a-z/-])"
    r"|(?<!\w)(?:rm -\w+|curl https?|cat /\S+|/(?:etc|var|opt|usr)/\S+)"
    r"|\b[A-Z][a-z]+-[A-Z][A-Za-z]+ -[A-Z]\w+"
)
_LOG_ID = re.compile(
    r"\b(?:0x[0-9A-Fa-f]{4,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f-]{12,}"
    r"|(?=[0-9a-f]*\d)[0-9a-f]{16,}"
    r"|[A-Z]{2,}(?:_[A-Z0-9]+)+|[A-Z]{3}-\d{4,5}(?=[:,. ]))\b|\b[a-z]+(?:\.[a-z]+){2,}\.[A-Z]\w+"
)
_TICKET = re.compile(r"(?:INC|CHG|PRB|RITM|REQ|TASK|RFC|KB)-?\d+")


def check(document: Document) -> Iterator[Match]:
    """The first place of each term in the summary; a status update is summary throughout."""
    whole = document.kind is DocumentKind.STATUS_UPDATE
    seen: set[str] = set()
    for unit in document.units if whole else document.of(Part.SUMMARY):
        for start, end, term in _terms(document, unit):
            if term not in seen:
                seen.add(term)
                yield Match(
                    start,
                    end,
                    f"“{term}” may mean nothing to a reader outside the team.",
                    f"What is {term} in words that every reader knows?",
                )


def _terms(document: Document, unit: Unit) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    for pattern in (_COMMAND, _LOG_ID, _ACRONYM):
        for found in pattern.finditer(document.text, unit.start, unit.end):
            inside = any(start < found.end() and found.start() < end for start, end in taken)
            known = pattern is _ACRONYM and _is_known(document.text, found.group())
            if not inside and not known and not _TICKET.fullmatch(found.group()):
                taken.append(found.span())
                yield *found.span(), found.group()


def _is_known(text: str, acronym: str) -> bool:
    """True for what everybody knows, and for what the text explains anywhere."""
    name = acronym.rstrip("s")
    if name in _EVERYBODY or acronym in _SHOUTED or name.lower() in acronyms():
        return True
    return bool(
        re.search(rf"\w \({re.escape(name)}s?[),;]", text)
        or re.search(
            rf"\b{re.escape(name)}s? ?(?:\(\w[^)]*\w \w|, (?:the|our|an?) \w|stands for)", text
        )
    )


RULE = Rule(
    id="jargon-in-summary",
    title="Jargon in the summary",
    reason="The summary is read by people outside the team; what they cannot read they ignore.",
    good="## Summary\nThe single sign-on service (IDP) refused all users for 40 minutes.",
    bad="## Summary\nThe IDP refused all users for 40 minutes.",
    severity=Severity.NOTE,
    check=check,
)
