"""A terminal chat client, a Python client library and a chat service that share one language."""

__version__ = "0.1.0"
