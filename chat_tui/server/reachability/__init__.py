"""Who is online and who can be reached by push."""
