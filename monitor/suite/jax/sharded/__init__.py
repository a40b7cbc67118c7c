"""Programs over four devices of one kind."""

PLAIN_ONLY = True
