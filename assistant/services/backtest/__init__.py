"""Use case: how good would the answers have been? Past incidents asked as of their opening."""
