"""Reading from X what a day needs: who the accounts are, and their timelines page by page."""
