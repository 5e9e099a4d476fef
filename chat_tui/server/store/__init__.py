"""Where the service keeps what it knows: rows, queries, and the unit of work."""
