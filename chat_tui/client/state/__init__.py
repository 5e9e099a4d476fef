"""What a client knows: replicas of the service's Sync objects, and the model made of them."""
