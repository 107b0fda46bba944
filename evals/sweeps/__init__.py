"""Settings tried out: which variants there are, their runs, and what may be concluded."""
