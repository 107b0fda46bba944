"""MRR: how far down is the first relevant record?

Definition: 1 / rank of the first relevant record, averaged over queries. Between 0 and 1.
Parameters: no cut-off of its own: the whole ranking counts (runs are 100 deep, so what is
missing adds less than 0.01 a query); relevant is grade ≥ 1.
Source: Voorhees, "The TREC-8 question answering track report", 1999.
Empty ranking, or none relevant in it: 0. A query without a relevant record is not counted.
"""

from ir_measures import RR

from evals.metrics.metric import Metric

MRR = Metric("mrr", RR)
