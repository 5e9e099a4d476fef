"""The terminal client: a screen over `chat_tui.client`."""
