"""What an organisation can learn from its records and from how its suggestions are used.

One module an insight. Those of the corpus (``corpus_hygiene``, ``recurring``,
``knowledge_gaps``) count nothing but records that the reader may read; they look at the newest
of these, so that a page takes as long at a million records as at ten thousand, and each says
how many it looked at.
"""
