"""The chat service: the seed documents' REST API and realtime protocol over one database."""
