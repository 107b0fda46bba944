"""Adapters of search engines, one a file: ``bm25`` (tantivy) and ``flat`` (FAISS)."""
