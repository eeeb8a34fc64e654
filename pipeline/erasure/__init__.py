"""Forgetting posts and accounts: find them, remove them everywhere, and keep them out."""
