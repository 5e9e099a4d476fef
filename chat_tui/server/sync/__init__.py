"""Sync objects: views over the rows, the projection that makes their events, and the log that replays them."""
