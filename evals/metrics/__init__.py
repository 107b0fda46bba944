"""The catalogue of metrics.

To add one: write its file here (definition, parameters, source, value for the empty case)
with a ``Metric``, and add it to ``RETRIEVAL``. ``tests/unit/evals/test_metrics.py`` runs
over every entry.
"""

from collections.abc import Mapping, Sequence

import ir_measures

from evals.metrics import hit, mrr, ndcg, recall
from evals.metrics.metric import Metric

RETRIEVAL: tuple[Metric, ...] = (
    ndcg.NDCG_10,
    recall.RECALL_5,
    recall.RECALL_20,
    mrr.MRR,
    hit.HIT_1,
)


def score(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Each metric by name for each judged query; an empty or missing ranking scores 0.

    Rankings of queries without judgements are ignored. Only the order counts: ranks
    become falling scores, so that no tie is left for the library to break.
    """
    run = {
        query: {doc: float(len(docs) - rank) for rank, doc in enumerate(docs)}
        for query, docs in rankings.items()
        if docs and query in qrels
    }
    scores = {query: {metric.name: 0.0 for metric in RETRIEVAL} for query in qrels}
    names = {str(metric.measure): metric.name for metric in RETRIEVAL}
    measures = [metric.measure for metric in RETRIEVAL]
    for value in ir_measures.iter_calc(measures, qrels, run):
        scores[value.query_id][names[str(value.measure)]] = float(value.value)
    return scores
