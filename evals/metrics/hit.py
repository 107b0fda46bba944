"""hit@1: is the first record relevant?

Definition: 1 when the record at rank 1 is relevant, else 0; also called success@1 and, for
one relevant record a query, accuracy@1.
Parameters: cut-off 1; relevant is grade ≥ 1.
Source: Craswell, "Success at n", Encyclopedia of Database Systems, 2009.
Empty ranking: 0. A query without a relevant record is not counted.
"""

from ir_measures import Success

from evals.metrics.metric import Metric

HIT_1 = Metric("hit@1", Success @ 1)
