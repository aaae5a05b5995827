"""One driver a family: cleared segments to frames, frames to facts. Pure: bytes and time in, bytes and facts out."""
