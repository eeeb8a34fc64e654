"""What is usual for a day of an account or a total, and whether the day is unusual."""
