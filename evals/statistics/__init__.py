"""Is a difference between two systems more than chance, and which one would be seen at all?

``paired`` compares two systems over the same queries, ``corrections`` keeps many comparisons
honest, ``power`` says what a dataset of this size can show.
"""
