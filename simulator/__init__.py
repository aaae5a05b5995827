"""Stimulators that do not exist, faithful to those that do: bytes in, bytes out, and a record of what the skin felt."""
