"""The shared language of client and service: pure values, no input or output."""

PROTOCOL = 2
"""Revision of what local clients and services agree on: a client of another one refuses to attach (guarantees,
Local service 3)."""
