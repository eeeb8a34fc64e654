"""Money: what reading costs, what was spent, and what may still be."""
