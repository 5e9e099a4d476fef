"""The chat service: the published REST API and realtime protocol over one database."""
