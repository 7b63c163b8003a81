"""Public pages of the knowledge base."""
