"""Systems that are not ours, run on the same data in the same process."""
