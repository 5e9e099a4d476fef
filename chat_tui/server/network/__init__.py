"""Connections before anybody's words are heard: whom to take in, how many, how long, and how much of each."""
