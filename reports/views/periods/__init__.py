"""A week's or a month's page: figures to small dataclasses of texts and coordinates, one module per section."""
