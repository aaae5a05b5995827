"""What every screen and every modal has: row 1, and the picture brought to it."""

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen

from stimctl.tui.picture import SessionPicture
from stimctl.tui.status_bar import StatusBar

if TYPE_CHECKING:
    from stimctl.tui.app import StimApp

__all__ = ["StimModal", "StimScreen"]

Result = TypeVar("Result")


class StimScreen(Screen[None]):
    """A place. Subclasses compose `body` and may extend `show`."""

    if TYPE_CHECKING:
        # read-only on purpose, and narrower: these screens live in one app
        @property
        def app(self) -> "StimApp": ...  # type: ignore[override]

    # whether there is all yet that a picture is shown on
    is_drawn = False

    def compose(self) -> ComposeResult:
        yield StatusBar(ascii_only=self.app.ascii_only)
        yield from self.body()

    def body(self) -> ComposeResult:
        """Everything below row 1."""
        yield from ()

    def on_mount(self) -> None:
        """Once all of it is there it has the picture, and not only when the next telling comes."""
        self.is_drawn = True
        self.show(self.app.control.picture)

    def show(self, picture: SessionPicture) -> None:
        """Something came, or time passed."""
        self.query_one(StatusBar).show(picture, self.app.silent_ms)


class StimModal(ModalScreen[Result], Generic[Result]):
    """A question, with row 1 above it."""

    if TYPE_CHECKING:
        # read-only on purpose, and narrower: these screens live in one app
        @property
        def app(self) -> "StimApp": ...  # type: ignore[override]

    # whether there is all yet that a picture is shown on
    is_drawn = False

    def compose(self) -> ComposeResult:
        yield StatusBar(ascii_only=self.app.ascii_only)
        yield from self.body()

    def body(self) -> ComposeResult:
        """Everything below row 1."""
        yield from ()

    def on_mount(self) -> None:
        """Once all of it is there it has the picture, and not only when the next telling comes."""
        self.is_drawn = True
        self.show(self.app.control.picture)

    def show(self, picture: SessionPicture) -> None:
        """Something came, or time passed."""
        self.query_one(StatusBar).show(picture, self.app.silent_ms)
