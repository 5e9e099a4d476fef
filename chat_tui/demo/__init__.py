"""Six people in four channels, played by real clients on a throw-away service."""
