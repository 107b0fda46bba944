"""Recall@5: how many of the relevant records does an analyst see without scrolling?

Definition: relevant records among the first five, divided by all relevant records of the
query. Between 0 and 1; a query with more than five relevant records cannot reach 1.
Parameters: cut-off 5; relevant is grade ≥ 1.
Source: Manning, Raghavan and Schütze, "Introduction to information retrieval", 2008, 8.4.
Empty ranking: 0. A query without a relevant record is not counted.
"""

from ir_measures import R

from evals.metrics.metric import Metric

RECALL_5 = Metric("recall@5", R @ 5)
