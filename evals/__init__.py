"""Measures every suggestion: datasets, metrics, systems, tasks, reports."""
