"""Cases that are wrong, each in one way."""

PLAIN_ONLY = True
