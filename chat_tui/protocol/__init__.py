"""The shared language of client and service: pure values, no input or output."""

PROTOCOL = 2
"""Revision of the local service's contract; a client of another revision refuses to attach."""
