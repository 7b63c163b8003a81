"""Search: a client's own words to the articles that help. See docs/search.md."""
