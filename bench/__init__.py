"""Figures, as ratios within one run where they can be. Never a test: machines differ, and this one is noisy."""
