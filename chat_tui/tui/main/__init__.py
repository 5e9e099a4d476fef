"""The main screen: three panes over one client, and the objects that each keep one part of its state."""
