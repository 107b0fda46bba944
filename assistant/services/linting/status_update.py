"""A status update that does not say what happens, whom it concerns and what comes next."""

from collections.abc import Iterator

from assistant.services.drafting.wording import wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.rule import Match, Rule, Severity

_OVER = wording(
    r"\b(?:(?:is|are|was|were|has been|have been|been|now|fully|incident|issue"
    r"|problem) (?:now )?(?:fully )?"
    r"(?:resolved|restored|closed|recovered|fixed|over)|resolved at|all clear|(?:is"
    r"|are) back(?: to normal)?"
    r"|no further (?:updates?|action))\b|^\W*(?:resolved|closed)\b"
)
_WHAT = wording(
    r"\b(?:fail\w*|down|unavailable|unreachable|errors?|outage|slow\w*|degrad\w+|disrupt\w*"
    r"|delay\w*"
    r"|unable|not (?:work|respond|load|available|receiv|reach|process|possible|send)\w*|cannot"
    r"|can't"
    r"|can not|offline|interrupt\w*|restored|resolved|recovered|rejected|refus\w+|missing|lost|loss"
    r"|expired?|crash\w*|stopped|full|broken|maintenance|duplicat\w+|timeouts?|time out|stuck"
    r"|overload\w*|blocked|wrong|incorrect|breach\w*|(?:is|are) back|(?:works?|working|runs?"
    r"|running|available|operational|reachable"
    r"|online|processed|flowing|up) again|fully operational|hang\w*|fr[eo]ez\w+|trouble"
    r"|difficult\w*"
    r"|intermittent\w*|impair\w+|malfunction\w*|reduced capacity|suspended|halted|on hold"
    r"|drop(?:s|p\w+)?"
    r"|high latency|problems? (?:with|in)|issues? (?:with|affecting)|(?:does|do) ?n[o']t \w+"
    r"|power cut|flood\w*|fire)\b"
)
_WHO = wording(
    r"\b(?:users?|customers?|clients?|colleagues?|staff|employees|everyone|everybody|nobody|no one"
    r"|people|callers?|visitors?|patients?|students?|teachers?|citizens?|passengers?|drivers?"
    r"|agents?"
    r"|sites?|stores?|shops?|branches|offices?|wards?|schools?|warehouses?|plants?|tenants?|buyers?"
    r"|sellers?|members|orders?|payments?|invoices?|deliveries|bookings?|transactions|you|your"
    r""
    r"|teams|residents|guests|readers|subscribers|merchants|applicants|parents|travell?ers|pupils"
    r"|departments?|desks?|workers|suppliers?|partners?|countries|regions?|no (?:data|impact)"
    r"|impact(?:s|ed|ing)?|affect(?:s|ed|ing)?)\b(?! (?:service|system|gateway|api|page|provider"
    r"|queue|database)\b)"
)
_NEXT = wording(
    r"\b(?:next (?:update|step|message|review)|update (?:at|in|by|to follow|follows|within|every)"
    r"|updates? (?:will|follow|every)|further update|will (?:update|inform|report|post|be|restart"
    r"|fail|switch"
    r"|roll|restore|send|follow|let|share|continue|keep|replace|confirm|run|start|call)|we (?:are"
    r"|expect|plan|will)"
    r"|(?:is|are) (?:being |now |currently |still )?(?:investigat|work|restor|roll|fail|replac"
    r"|rebuild|restart|install"
    r"|switch|analys|test|apply|mov|prepar|check|repair|contact|on (?:site|the way)|under way"
    r"|underway"
    r"|in progress|escalat)\w*"
    r"|expect\w*|eta|estimated|workaround|please|in the meantime|until then|meanwhile"
    r"|by \d{1,2}[:.]\d\d"
    r"|back by|en route|replaces|next (?:bulletin|communication|report)|(?:should|shall) be (?:back"
    r"|fixed|restored|available)|we hope|we \w+ [^.]{0,60}\bat \d{1,2}[:.]\d\d"
    r"|follow-?up|root cause analysis|review (?:on|will)|planned for|monitoring until|use the)\b"
)
_QUESTIONS = (
    ("what happened", "what is wrong or mended"),
    ("whom it concerns", "who is affected and how"),
    ("what comes next", "what is done, what readers shall do, and when is the next update"),
)


def check(document: Document) -> Iterator[Match]:
    """One finding that names what is lacking."""
    said = " ".join(document.prose(unit).text for unit in document.units)
    over = bool(_OVER.search(said))
    told = (bool(_WHAT.search(said)), bool(_WHO.search(said)), over or bool(_NEXT.search(said)))
    lacking = [question for question, present in zip(_QUESTIONS, told, strict=True) if not present]
    if lacking:
        names = " or ".join(name for name, _ in lacking)
        asked = "; ".join(question for _, question in lacking)
        yield Match(
            *document.top(),
            f"The update does not say {names}.",
            f"{asked[0].upper()}{asked[1:]}?",
        )


RULE = Rule(
    id="status-update-incomplete",
    title="Status update without what, so what or now what",
    reason="Readers who miss one of the three ask, and asking slows the people who repair.",
    good=(
        "Mail is delayed since 09:10. All 2,000 colleagues in Leeds receive mail up to an hour "
        "late. We are restarting the queue; next update at 10:00."
    ),
    bad="We are investigating. Next update at 10:00.",
    severity=Severity.WARNING,
    check=check,
    kinds=frozenset({DocumentKind.STATUS_UPDATE}),
)
