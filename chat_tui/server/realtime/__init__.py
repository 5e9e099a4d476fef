"""The realtime face: Twilsock packets over WebSockets, the Client API and Sync subscriptions."""
