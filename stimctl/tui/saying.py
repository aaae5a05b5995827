"""A text that is drawn only when it changes: what is said ten times a second costs nothing the other nine."""

from rich.text import Text
from textual.widgets import Static

__all__ = ["Saying"]


class Saying(Static):
    """`say` instead of `update`."""

    _said: Text | None = None

    def say(self, text: Text | str) -> None:
        """Show this; plain words, no markup in a `str`."""
        words = Text(text) if isinstance(text, str) else text
        if words != self._said:
            self._said = words
            # another layout of the whole screen only where this may need another height
            self.update(words, layout=self.styles.auto_dimensions)
