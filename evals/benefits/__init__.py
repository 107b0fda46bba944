"""What suggestions are worth in daily work: held-back weeks or teams against the others."""
