"""Recall@5 and recall@20: how many of the relevant records does an analyst come to see?

Five are seen without scrolling; twenty are what somebody reads who looks for all of them, and
what a reranker or a writer is given to choose from.

Definition: relevant records among the first k, divided by all relevant records of the
query. Between 0 and 1; a query with more than k relevant records cannot reach 1.
Parameters: cut-off k; relevant is grade ≥ 1.
Source: Manning, Raghavan and Schütze, "Introduction to information retrieval", 2008, 8.4.
Empty ranking: 0. A query without a relevant record is not counted.
"""

from ir_measures import R

from evals.metrics.metric import Metric

RECALL_5 = Metric("recall@5", R @ 5)
RECALL_20 = Metric("recall@20", R @ 20)
