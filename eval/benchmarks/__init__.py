"""Each benchmark is a command that prints one table."""
