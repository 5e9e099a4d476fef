"""Text for the screen, as values: nothing here knows a widget, and text from people passes `safe_text` first."""
