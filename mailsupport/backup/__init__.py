"""One file that holds everything of a desk, and the way back. `manage.py backup`, `manage.py restore`."""
