"""Tests mirror the tree of chat_tui; support/ holds what they share."""
