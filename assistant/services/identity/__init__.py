"""Use cases of signing in: keys of programs, sessions, tokens that are exchanged for them."""
