"""Past sessions, read back from their journals: a list that opens only ends of files, and one session as a story."""
