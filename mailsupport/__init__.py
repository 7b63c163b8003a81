"""The project: settings, the staff site, what every app shares."""

VERSION = "0.1.0"
