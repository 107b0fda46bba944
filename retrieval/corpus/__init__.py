"""The corpus in SQL: the truth that every index is a projection of."""
