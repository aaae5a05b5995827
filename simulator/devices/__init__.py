"""The firmware's half of each protocol, one family a file."""
