"""The embedded default: an X API and an S3 server on loopback."""
