"""From X's JSON to the lake's frames: pure functions, and the one writer of an account's day."""
