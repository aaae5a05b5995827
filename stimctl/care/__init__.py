"""Care for the person: what they feel, found by hand, kept and offered again. Pure but for the books on disk."""
