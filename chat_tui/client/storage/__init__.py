"""What a client keeps on disk: one file, with the outbox and the cache as tables of it."""
