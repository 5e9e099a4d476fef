"""The link to the service: connects, authenticates, asks and answers, and comes back by itself."""
