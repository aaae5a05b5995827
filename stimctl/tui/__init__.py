"""The terminal front end: it asks and shows. It holds no device; an engine does."""
