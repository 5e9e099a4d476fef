"""The REST API: thin faces that decode a request into a command and encode its result."""
