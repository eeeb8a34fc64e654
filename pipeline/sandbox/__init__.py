"""An X API with sample data and an S3 server, both on the loopback: what Aviary runs on by default."""
