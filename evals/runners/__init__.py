"""Runs of tasks that need more than a dataset and a system by name, a file each."""
