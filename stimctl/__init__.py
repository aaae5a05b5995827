"""stimctl: drives EMS/TENS-style massage units, and lets go when anything fails."""

__all__ = ["__version__"]

__version__ = "0.1.0"
