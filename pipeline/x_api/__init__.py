"""X's API v2: the only package that talks to X, and what is known of X."""
