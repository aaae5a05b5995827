"""The nouns that everybody shares. Values only: no I/O, no clock."""
