"""Metrics of drafts: do the citations hold, and how much of what was written later is there?

Citations (Gao, Yen, Yu and Chen, "Enabling large language models to generate text with
citations", EMNLP 2023, arXiv:2305.14627). The judge of entailment is this product's
deterministic verifier, not a language model: figures compare systems here, not with theirs.

- Citation recall of a claim: 1 when its cited texts together support it, else 0.
- Citation precision of a citation: 1 when its claim has recall 1 and it is not idle; idle is
  one that does not support the claim alone and without which the others still do.
- Both are averaged over the claims or citations of a draft. Without a claim: not counted.

Coverage: for each sentence of the reference the best match with a claim, averaged over the
sentences. A match is the mean of two numbers between 0 and 1: the share of the reference
sentence's stems that the claim has (the recall of ROUGE-1 without repeats: Lin, "ROUGE", ACL
workshop 2004) and the cosine of the two sentences, at least 0. A draft without a claim
covers 0; a reference without a sentence is not counted.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.domain.drafts import Verdict
from assistant.services.sentences import sentences
from assistant.services.verification import Verifier
from assistant.services.verification.folding import tidy
from retrieval.analysis import analyse
from retrieval.ports import Embedder

_VERIFIER = Verifier()


class CitationScores(NamedTuple):
    """Averages over the claims (recall, unsupported) and citations (precision) of a draft."""

    recall: float
    precision: float
    unsupported: float


def citation_scores(claims: Sequence[tuple[str, Sequence[str]]]) -> CitationScores | None:
    """Scores of claims with the texts that they cite; ``None`` where there is no claim."""
    if not claims:
        return None
    verdicts = [_VERIFIER.check(text, quotes).verdict for text, quotes in claims]
    recalls = [verdict is Verdict.SUPPORTED for verdict in verdicts]
    useful = [
        recall and not _idle(text, quotes, place)
        for (text, quotes), recall in zip(claims, recalls, strict=True)
        for place in range(len(quotes))
    ]
    return CitationScores(
        recall=sum(recalls) / len(claims),
        precision=sum(useful) / len(useful) if useful else 0.0,
        unsupported=verdicts.count(Verdict.UNSUPPORTED) / len(claims),
    )


def _idle(text: str, quotes: Sequence[str], place: int) -> bool:
    """The citation does not support the claim alone, and the others do without it."""
    others = [quote for number, quote in enumerate(quotes) if number != place]
    return not _supports([quotes[place]], text) and _supports(others, text)


def _supports(quotes: Sequence[str], text: str) -> bool:
    return _VERIFIER.check(text, quotes).verdict is Verdict.SUPPORTED


def coverage(embedder: Embedder, claims: Sequence[str], reference: str) -> float | None:
    """How much of a reference the claims cover; ``None`` for one without a sentence."""
    told = reference_sentences(reference)
    if not told:
        return None
    if not claims:
        return 0.0
    texts = [*dict.fromkeys((*told, *claims))]
    vectors = embedder.passages(texts)
    row = {text: place for place, text in enumerate(texts)}
    cosines = vectors[[row[text] for text in told]] @ vectors[[row[text] for text in claims]].T
    shares = np.array([[stem_recall(one, claim) for claim in claims] for one in told])
    return float(((np.clip(cosines, 0, 1) + shares) / 2).max(axis=1).mean())


def reference_sentences(reference: str) -> list[str]:
    """The sentences of a reference as plain text, without those that have no stem."""
    found = (tidy(reference[s.start : s.end]) for s in sentences(reference))
    return [text for text in found if analyse(text)]


def stem_recall(reference: str, claim: str) -> float:
    """The share of the reference's different stems that the claim has; 0 if there is none."""
    wanted = frozenset(analyse(reference))
    return len(wanted & frozenset(analyse(claim))) / len(wanted) if wanted else 0.0
