"""Links: bytes to the world and back. The only place, beside the engine's loop, that touches descriptors."""
