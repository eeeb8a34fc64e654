"""The lake in S3: what lies where, how it is read and written, and what is recorded in it."""
