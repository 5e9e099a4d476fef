"""What can be done with a service: commands, and the outbox that sends messages."""
