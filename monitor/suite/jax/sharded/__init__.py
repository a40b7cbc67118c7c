"""Programs over four devices of one kind."""
