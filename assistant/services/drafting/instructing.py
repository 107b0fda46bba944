"""What an instruction to a writer looks like: patterns by language, and calls of tools.

Said to a writer, not to an operator: each pattern needs an object that tickets do not talk about
("instructions", "prompt") or a role that only a writer has. In German, Dutch and French also the
form of the verb counts, because there a report ("le journal indique que …", "die Anweisungen
wurden ignoriert") differs from an order only by it.

A language is one more entry of ``WORDINGS``; ``test_drafting_instructions`` shows what it must
find and what it must let pass.
"""

import re
from typing import NamedTuple

_ENGLISH = r"""
      \b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}
        \b(?:instructions?|prompts?|rules|guidelines|directions|everything\ (?:above|before)
        |(?:the\ )?(?:above|previous)\ (?:text|content|message))\b
    | \b(?:new|updated|additional|real|following)\ (?:system\ )?instructions?\ ?(?::|are\b|follow\b)
    | \b(?:system|developer)\ (?:prompt|message|override)\b
    | \byou\ are\ (?:now\ )?(?:an?|the)\ (?:\w+\ )?(?:assistant|ai|language\ model|chat\ ?bot|llm)\b
    | \bas\ an?\ (?:ai|language\ model|llm|assistant)\b
    | \b(?:ai|llm|language\ model|chat\ ?bot|copilot)s?\b.{0,30}
        \b(?:must|should|shall|reading\ this|summari[sz]ing)\b
    | \b(?:if|when|while)\ (?:you\ (?:are\ )?)?(?:summari[sz]|draft|writ|generat|read)\w*\b.{0,30}
        \b(?:this|the)\ (?:ticket|incident|record|rca|summary|report|text)\b.{0,60}
        \b(?:write|say|state|include|add|mention|omit|leave\ out|do\ not)\b
    | \b(?:respond|reply|answer|output)\ (?:only\ )?with\b
    | \b(?:do\ not|don't|never)\ (?:mention|reveal|cite|tell|disclose|report)\b.{0,60}
        \b(?:user|author|approver|reader|summary|draft|rca|this\ (?:note|message|text))\b
    | \b(?:write|state|say|claim|conclude)\ (?:that\ |in\ the\ (?:rca|summary|draft|report)\b)
        .{0,80}\b(?:root\ cause|nobody|no\ one|no\ impact|approved|resolved)\b
    | \b(?:mark|approve|close)\ (?:this|the)\ (?:draft|rca|proposal)\b
    | \b(?:reveal|print|repeat|show)\ (?:me\ )?(?:your|the\ (?:system|hidden))\ (?:\w+\ )?
        (?:prompt|instructions?)\b
    | ^\W*(?:system|assistant|developer)\s*:\s
    | ^\W*(?:ai\ )?assistant,\s
    """

_GERMAN = r"""
      \b(?:ignorier|missacht|vergiss|vergess|überspring|umgeh|verwirf|verwerf)(?:e|en\ sie)?\b
        .{0,30}\b(?:alle|sämtliche|deine|ihre|obigen?|bisherigen?|vorherigen?|vorigen?|früheren?)\b
        .{0,30}\b(?:anweisung|instruktion|vorgabe|regel|richtlinie|prompt|text|nachricht)\w*
    | \b(?:neue|weitere|echte|folgende)\ (?:system-?\ ?)?(?:anweisung|instruktion)(?:en)?\s?:
    | \bsystem-?\ ?(?:prompt|anweisung|nachricht)(?:en)?\s?:
    | \b(?:hinweis|anweisung|nachricht|bemerkung|befehl|aufgabe)\ (?:an|für)[ ]
        (?:den|die|das|jeden?|alle)?\ ?(?:ki|llm|assistent|sprachmodell|chatbot)\w*
    | ^\W*(?:an|für)\ (?:den|die|das)\ (?:ki|assistent|sprachmodell|chatbot)\w*
    | \b(?:du\ bist|sie\ sind)\ (?:jetzt|nun|ab\ sofort|von\ nun\ an)\ (?:ein|der|die|das)\w*\b
        .{0,30}\b(?:assistent|ki|sprachmodell|chatbot)
    | \bals\ (?:ki|sprachmodell|ki-assistent|sprachassistent)\b
    | \b(?:ki|sprachmodell|chatbot)s?\b.{0,30}\b(?:muss|soll|sollte|liest)\b
    | \b(?:schreib|behaupt|sag|erklär|meld|bericht)(?:e|en\ sie)?,?\ (?:bitte\ )?,?dass\b.{0,80}
        \b(?:ursache|schuld|niemand|genehmigt|gelöst|verantwortlich|keine\ auswirkung)
    | \b(?:nenn|bezeichn|verwend)(?:e|en\ sie)\b.{0,60}\bals\ (?:\w+\ )?
        (?:ursache|grundursache|hauptursache|zusammenfassung|antwort)\b
    | \b(?:nenn|geb|gib)(?:e|en\ sie)?\ als\ (?:\w+\ )?
        (?:ursache|grundursache|hauptursache|zusammenfassung|antwort)\b
    | \bantwort(?:e|en\ sie)\ (?:nur\ |ausschließlich\ |immer\ )?mit\b
    | \b(?:erwähn|nenn|verrat|zitier)(?:e|en\ sie)\b.{0,60}\b(?:nicht|keine\w*)\b.{0,60}
        \b(?:zusammenfassung|entwurf|bericht|leser|prüfer)
    | \b(?:erwähn|nenn|verrat|zitier)(?:e|en\ sie)\b.{0,40}
        \b(?:im|in\ der|in\ dem)\ (?:zusammenfassung|entwurf|bericht)\b.{0,40}\b(?:nicht|keine)
    | \b(?:zeig|verrat|nenn|wiederhol|gib|geb)(?:e|en\ sie)?\b.{0,30}
        \b(?:deine?n?|ihre?n?|den|die)[ ]
        (?:system-?\ ?prompt|systemanweisung|versteckten?\ anweisung)
    | \b(?:genehmig|bestätig|schließ)(?:e|en\ sie)\ (?:bitte\ )?(?:diesen?|den|dieses|das)[ ]
        (?:entwurf|vorschlag|rca|antrag)\b
    """

_DUTCH = r"""
      \b(?:negeer|vergeet|omzeil|sla)\b.{0,30}
        \b(?:alle|eerdere|vorige|voorgaande|bovenstaande|jouw|je|uw)\b.{0,30}
        \b(?:instructie|aanwijzing|opdracht|regel|richtlijn|prompt|tekst|bericht)\w*
    | \b(?:nieuwe|echte|volgende)\ (?:systeem)?(?:instructie|aanwijzing|opdracht)(?:s|en)?\s?:
    | \b(?:systeem-?\ ?(?:prompt|instructie|bericht)(?:s|en)?)\s?:
    | \b(?:opmerking|instructie|bericht|notitie|opdracht)\ (?:aan|voor)\ (?:de\ |het\ |elke\ )?
        (?:ai|llm|assistent|taalmodel|chatbot)\b
    | ^\W*(?:aan|voor)\ (?:de|het)\ (?:ai|assistent|taalmodel|chatbot)\b
    | \b(?:je|jij|u)\ bent\ (?:nu|vanaf\ nu)\ (?:een|de)\b.{0,30}
        \b(?:assistent|ai|taalmodel|chatbot)\b
    | \bals\ (?:ai|taalmodel|ai-assistent)\b
    | \b(?:ai|taalmodel|chatbot)s?\b.{0,30}\b(?:moet|dient\ te|leest)\b
    | \b(?:schrijf|zeg|beweer|vermeld|concludeer)\ dat\b.{0,80}
        \b(?:oorzaak|schuld|niemand|goedgekeurd|opgelost|verantwoordelijk|geen\ impact)\b
    | \b(?:noem|geef|gebruik)\b.{0,60}\bals\ (?:\w+\ )?
        (?:oorzaak|hoofdoorzaak|samenvatting|antwoord)\b
    | (?:^|[.:;!,\"'«(]\s*)antwoord\ (?:alleen\ |uitsluitend\ |altijd\ )?met\b
    | \b(?:vermeld|noem|onthul|citeer)\b.{0,60}\b(?:niet|geen)\b.{0,60}
        \b(?:samenvatting|concept|verslag|rapport|lezer)\b
    | \b(?:toon|onthul|herhaal|geef)\b.{0,30}\b(?:je|jouw|uw|de)[ ]
        (?:systeem-?\ ?prompt|systeeminstructies?|verborgen\ instructies?)\b
    | \bkeur\ (?:dit|deze|het|de)\ (?:concept|voorstel|rca)\b.{0,20}\bgoed\b
    """

# An imperative that is also the third person counts only where a clause begins.
_CLAUSE = r"(?:^|[.:;!,\"'«(]\s*)"
_FRENCH = rf"""
      \b(?:ignore|oublie|contourne|néglige)[zr]?\b.{{0,30}}
        \b(?:instruction|consigne|directive|règle|prompt|texte|message)s?\b.{{0,20}}
        \b(?:précédent|antérieur|ci-dessus|au-dessus|reçu|système)
    | {_CLAUSE}(?:ignore|oublie|contourne)[zr]?\ (?:toutes?\ |tous\ )?(?:les|tes|vos)[ ]
        (?:instructions|consignes|directives)\b
    | \b(?:ignore|oublie)[zr]?\ (?:tout\ )?ce\ qui\ précède\b
    | \bne\ (?:tiens|tenez)\ (?:pas|aucun)\ compte\b.{{0,40}}
        \b(?:instruction|consigne|directive)s?\b
    | \bnouvelles?\ (?:instruction|consigne|directive)s?\ (?:système\ )?:
    | \b(?:prompt|message|instructions?)\ système\s?:
    | \b(?:note|message|instruction|consigne|remarque)s?\ (?:à|pour|destinée?s?\ à|au|aux)[ ]
        (?:l['’]|le\ |la\ |tout\ )?(?:assistant|ia|llm|modèle\ de\ langage|chatbot)\b
    | \b(?:tu\ es|vous\ êtes)\ (?:maintenant|désormais)\ (?:une?|l['’e])\ ?.{{0,30}}
        \b(?:assistant|ia|modèle\ de\ langage|chatbot)\b
    | \ben\ tant\ qu['’](?:ia|assistant|intelligence\ artificielle)\b
    | \b(?:l['’]ia|le\ modèle\ de\ langage|le\ chatbot)\b.{{0,30}}\b(?:doit|devra|lisant)\b
    | \b(?:écris|écrivez|dites|affirmez|indiquez|concluez)\ que\b.{{0,80}}
        \b(?:cause|personne|approuvé|résolu|responsable|aucun\ impact)
    | {_CLAUSE}(?:dis|affirme|indique|conclus)\ que\b.{{0,80}}
        \b(?:cause|personne|approuvé|résolu|responsable|aucun\ impact)
    | (?:{_CLAUSE}(?:indique|donne|cite|mentionne)|\b(?:indiquez|donnez|citez|mentionnez))\b
        .{{0,60}}\bcomme\ (?:\w+\ )?(?:cause|résumé|réponse)\b
    | \b(?:réponds|répondez)\ (?:uniquement\ |seulement\ |toujours\ )?(?:par|avec)\b
    | \bne\ (?:mentionne|cite|révèle|divulgue)[sz]?\ (?:pas|aucun|jamais|rien)\b.{{0,60}}
        \b(?:résumé|brouillon|rapport|lecteur)
    | (?:{_CLAUSE}(?:révèle|affiche|montre|répète)|\b(?:révélez|affichez|montrez|répétez))\b
        .{{0,30}}
        \b(?:ton|tes|votre|vos|le|les)\ (?:prompt|instructions?\ (?:système|cachées?))\b
    | (?:{_CLAUSE}(?:approuve|valide)|\b(?:approuvez|validez))\ (?:ce|cette|le|la)[ ]
        (?:brouillon|proposition|rca)\b
    """

# The markup of chats, and calls as models write them: an object that names a tool or a function
# beside its arguments, or the elements that stand for one.
_ARGUMENTS = r"[\"'](?:arguments|args|parameters|params|input|tool_input|action_input)[\"']\s*:"
_TOOL = r"[\"'](?:tool|tool_name|tool_call|function|function_call|function_name)[\"']\s*:"
_MARKUP = rf"""
      <\|?\s*/?\s*(?:im_start|im_end|system|user|assistant|endoftext)\b
    | \[/?INST\]
    | \#{{2,}}\s*(?:system|instruction)s?\b
    | {_TOOL}.{{0,300}}{_ARGUMENTS} | {_ARGUMENTS}.{{0,300}}{_TOOL}
    | [\"']name[\"']\s*:\s*[\"'][\w.-]+[\"']\s*,\s*[\"']arguments[\"']\s*:
    | [\"']tool_calls?[\"']\s*:
    | [\"']type[\"']\s*:\s*[\"'](?:tool_use|tool_call|function_call)[\"']
    | [\"']action[\"']\s*:.{{0,200}}[\"']action_input[\"']\s*:
    | <\s*/?\s*(?:\w+:)?(?:tool_call|tool_use|function_call)s?\b | <\s*(?:\w+:)?invoke\s+name\s*=
    """


class Wording(NamedTuple):
    """A way to give instructions. No text without one of ``cues``, in small letters, fits it.

    Without cues every text is searched. With them most are passed over in a microsecond: every
    sentence of every record behind an answer is asked.
    """

    pattern: re.Pattern[str]
    cues: tuple[str, ...] = ()

    def is_in(self, text: str, lowered: str) -> bool:
        """Whether the text gives an instruction in this way."""
        cued = not self.cues or any(cue in lowered for cue in self.cues)
        return cued and bool(self.pattern.search(text))


def _wording(pattern: str, cues: str = "") -> Wording:
    return Wording(
        re.compile(pattern, re.IGNORECASE | re.VERBOSE), tuple(cues.split("|")) if cues else ()
    )


WORDINGS = {
    "English": _wording(_ENGLISH),
    "German": _wording(
        _GERMAN,
        "ignorier|missacht|vergiss|vergess|überspring|umgeh|verwirf|verwerf|anweisung|instruktion"
        "|systemprompt|system-prompt|system prompt|systemnachricht|system-nachricht"
        "|system nachricht|assistent|sprachmodell|chatbot|ki |ki-|ki:|ki,|ki.|llm|dass|als ursache"
        "|ursache|zusammenfassung|antwort|entwurf|bericht|vorschlag|antrag",
    ),
    "Dutch": _wording(
        _DUTCH,
        "negeer|vergeet|omzeil|sla |instructie|aanwijzing|opdracht|systeem|assistent|taalmodel"
        "|chatbot|ai |ai-|ai:|ai,|ai.|llm| dat |oorzaak|samenvatting|antwoord|verslag|concept"
        "|voorstel|rapport",
    ),
    "French": _wording(
        _FRENCH,
        "ignore|oublie|contourne|néglige|tiens|tenez|consigne|directive|instruction|système"
        "|assistant|l'ia|l’ia|qu'ia|qu’ia| ia|modèle|chatbot|intelligence| que |comme |réponds"
        "|répondez|résumé|brouillon|rapport|lecteur|prompt|proposition|rca",
    ),
    "markup and tool calls": _wording(_MARKUP, "<|[|#|\"|'"),
}


def addresses_the_writer(text: str) -> bool:
    """Whether text, free of unseen characters, gives an instruction to whoever writes."""
    lowered = text.lower()
    return any(wording.is_in(text, lowered) for wording in WORDINGS.values())
