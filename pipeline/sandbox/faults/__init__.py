"""What the sandbox's X API can be told to do wrong."""
