"""What can be evaluated, a file each."""
