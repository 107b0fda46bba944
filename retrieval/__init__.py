"""What is known, and how it is found: records, the corpus, indexes and the searcher."""
