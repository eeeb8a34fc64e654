"""Reading earlier days' posts again for newer counts, and applying what was read."""
