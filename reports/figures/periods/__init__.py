"""The figures of a week or a month, from the roll-ups of its days and of the four periods before."""
