"""What the service can do, one module per noun; every operation is one transaction."""
