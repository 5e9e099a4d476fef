"""Bad input at every door of the service, made up from a seed."""
