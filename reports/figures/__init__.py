"""Roll-ups to figures: pure polars functions, frame in, frame out. One module per section of the report."""
