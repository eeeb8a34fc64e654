"""What can go wrong with the sandbox's X API: the rules, and what their faults do to a response."""
