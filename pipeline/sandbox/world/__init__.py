"""The sandbox's invented world: who posts what and when, as a pure function of a seed."""
