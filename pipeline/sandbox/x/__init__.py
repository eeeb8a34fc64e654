"""The sandbox's X API v2: requests checked and answered as X does."""
