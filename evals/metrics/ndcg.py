"""nDCG@10: are the most relevant records at the top?

Definition: DCG@10 = Σ over ranks i = 1 … 10 of grade_i / log2(i + 1), divided by the DCG@10
of the ideal order of all judged records. Between 0 and 1.
Parameters: cut-off 10; grades count linearly, as in trec_eval (not 2^grade − 1); an
unjudged record has grade 0.
Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques",
ACM TOIS 20(4), 2002.
Empty ranking: 0. A query without a relevant record is not counted.
"""

from ir_measures import nDCG

from evals.metrics.metric import Metric

NDCG_10 = Metric("ndcg@10", nDCG @ 10)
