"""Wording that several rules read."""

from assistant.services.drafting.wording import wording
from assistant.services.linting.prose import ADDRESS, MARK

# Says where a statement comes from.
EVIDENCE = wording(
    r"\b(?:reproduc\w+|confirm\w*|verified|bisect\w*|according to|packet (?:capture|trace)"
    r"|(?:heap|thread|core|memory) dumps?|stack ?traces?|query plan|flame ?graph|profil(?:er|ing)"
    r"|root access log|audit (?:log|trail)|(?:logs?|traces?|captures?|metrics|graphs?|dumps?|diff"
    r"|tests?|tickets?|vendor|supplier|trail|history) (?:clearly )?(?:shows?|showed|says?|said"
    r"|proves?|proved|stated|recorded|records|prove)|as shown|see (?:the )?(?:log|graph|attach)"
    r"|(?:after|when|once|by) (?:we |the )?(?:roll(?:ed|ing)? ?back|revert\w*|rollback|removing"
    r"|disabling)|(?:rollback|revert\w*|rolling back|rolled back|reverting)\b.{0,60}\b(?:stopped"
    r"|fixed|cured|restored|ended|cleared|went away|back to normal|recovered)|tested (?:with|in"
    r"|by))"
    rf"\b|{ADDRESS}"
)
# Names a thing that can be pointed at: a number, an identifier, code, an address, an artefact.
CONCRETE = wording(
    rf"[{MARK}{ADDRESS}]|\d|\b(?-i:[A-Za-z]+[a-z][A-Z]\w*)|\w[._/]\w|\bby (?:add|us|remov|mov|set"
    r"|writ|creat|automat|replac|runn|test|introduc)\w*ing\b"
    r"|\b(?:run-?books?|playbooks?|checklists?|templates?|dashboards?|scripts?|config\w*|alerts?"
    r"|alarms?|tests?|drills?|exercises?(?= (?:of|on|for)\b)|gates?|limits?|quotas?|thresholds?"
    r"|jobs?|pipelines?|rota|rosters?|contracts?|tickets?|forms?|fields?|labels?|metrics?|probes?"
    r"|wiki"
    r"|articles?|maintenance windows?|dry[- ]?runs?|four[- ]eyes|approvals?|backups?|restores?"
    r"|failovers?|certificates?|lockfiles?|flags?|validations?)\b"
)
CHANGE_REFERENCE = wording(
    r"\b(?:chg|rfc|crq|cr|change|chn|std)[- #:]?\d{3,}|\b(?:emergency|standard|normal|approved"
    r"|pre-approved) changes?\b|\bchange (?:request|record|ticket|reference|number|window)\b"
    r"|\bchange [A-Z]*[-#]?\d+|\b(?:pr|mr|pull request|merge request|commit)\b[ :#!]*(?:\d"
    r"|[0-9a-f]{7})"
    r"|\b(?:pr|pull request|merge request)s?\b"
)
WAY_BACK = wording(
    r"\b(?:roll(?:ed|ing|s)?[- ]?backs?|back(?:ed|ing)?[- ]?out|revert\w*|undo\w*|undone|way back"
    r"|restor(?:e|ed|able) from|fall ?back|snapshot (?:was )?taken|backup (?:was )?taken"
    r"|(?:after|took|taking|with) (?:a |the )?(?:\w+ )?(?:backup|snapshot)|switch(?:ed)? back)\b"
)
APPROVED = wording(
    r"\b(?:approv\w+|authori[sz]ed|signed off|sign-off|cab|permission of|agreed with|consent)\b"
)
AMOUNT = wording(
    r"(?<![\w.:/-])\d[\d,. ]*(?:k|m)?(?: ?%| percent|(?! ?(?:utc|gmt|bst|cet|am|pm)\b)(?=[ ,;)]|$"
    r"|\.))"
    r"|\b\d+ ?(?:%|s|h|m|ms|min|mins|hrs?|d|days?|hours?|minutes?|k|gb|tb|mb)\b|[€$£] ?\d"
    r"|\b(?:all|every(?:one|body)?|each|entire|whole|no|none|nobody|zero|half|both|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundreds?"
    r"|thousands?|millions?|dozens?|a (?:third|quarter)|one)\b"
)
"""A quantity of something; clock times and dates are none."""
DATE = wording(
    r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
    r"|\b\d{1,2}[:.]\d\d(?::\d\d)?(?! ?(?:%|h|hours|days|gb|tb|mb|ms|s\b))\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?: \d{4})?"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}(?:,? \d{4})?"
)
VERSION = wording(r"\bv?\d+\.\d+\.\d+\S*|\bv\d+(?:\.\d+)*\b|\b(?:version|release|build) \d\S*")


def has_amount(text: str) -> bool:
    """True when the text counts or measures something besides dates and versions."""
    return bool(AMOUNT.search(VERSION.sub(" ", DATE.sub(" ", text))))
