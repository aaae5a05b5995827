"""Wire languages of stimulators: bytes to values and back. No I/O, no clock, no threads."""
