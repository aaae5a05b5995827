"""The gate: which presses are a stop, when, and that nothing else of them is left over."""

import pytest
from textual import events

from stimctl.clock import MS, SECOND
from stimctl.tui.stop_gate import StopGate

STOP_KEYS = ("space", "escape", "f12", "ctrl+c")


class Line:
    """Counts stops."""

    def __init__(self) -> None:
        self.stops = 0

    def stop(self, cause: str = "person") -> None:
        self.stops += 1


class Clock:
    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


def gate(*, may_flow: bool) -> tuple[StopGate, Line, Clock]:
    clock = Clock()
    made = StopGate(clock)
    line = Line()
    made.line, made.may_flow = line, may_flow
    return made, line, clock


def key(name: str) -> events.Key:
    return events.Key(name, " " if name == "space" else None)


def press_at(y: int) -> events.MouseDown:
    return events.MouseDown(
        None, x=40, y=y, delta_x=0, delta_y=0, button=1, shift=False, meta=False, ctrl=False, screen_x=40, screen_y=y
    )


@pytest.mark.parametrize("name", STOP_KEYS)
def test_while_output_may_flow_every_stop_key_stops(name: str) -> None:
    made, line, _ = gate(may_flow=True)
    assert made.take(key(name)) is not None
    assert line.stops == 1


def test_while_output_may_flow_a_press_on_row_1_stops_and_below_it_does_not() -> None:
    made, line, _ = gate(may_flow=True)
    assert made.take(press_at(1)) is None
    assert made.take(press_at(0)) is not None
    assert line.stops == 1


@pytest.mark.parametrize("name", ["enter", "p", "down", "tab", "ctrl+q"])
def test_other_keys_are_ordinary_while_output_flows(name: str) -> None:
    made, line, _ = gate(may_flow=True)
    assert made.take(key(name)) is None
    assert line.stops == 0


@pytest.mark.parametrize("event", [key("space"), key("escape"), press_at(0), events.Paste("a b")])
def test_at_zero_space_escape_row_1_and_a_paste_are_ordinary(event: events.Event) -> None:
    made, line, _ = gate(may_flow=False)
    assert made.take(event) is None
    assert line.stops == 0


@pytest.mark.parametrize("name", ["f12", "ctrl+c"])
def test_at_zero_f12_and_ctrl_c_still_send_a_stop(name: str) -> None:
    made, line, _ = gate(may_flow=False)
    assert made.take(key(name)) is not None
    assert line.stops == 1


@pytest.mark.parametrize("name", ["f12", "ctrl+c"])
def test_without_a_session_they_are_ordinary(name: str) -> None:
    made, _, _ = gate(may_flow=False)
    made.line = None
    assert made.take(key(name)) is None


def test_who_stops_several_times_presses_nothing_else() -> None:
    made, _, clock = gate(may_flow=True)
    assert made.take(key("space"))
    made.may_flow = False
    clock.ns += 900 * MS
    assert made.take(key("space"))
    clock.ns += 900 * MS
    assert made.take(key("escape"))
    clock.ns += 1 * SECOND
    assert made.take(key("space")) is None


@pytest.mark.parametrize(
    "key",
    [
        "shift+space",
        "ctrl+space",
        "ctrl+@",
        "shift+f12",
        "alt+f12",
        "ctrl+escape",
        "ctrl+C",
        "ctrl+shift+c",
        "super+space",
    ],
)
def test_a_stop_key_with_others_held_down_is_one(key: str) -> None:
    made, line, _ = gate(may_flow=True)
    assert made.take(events.Key(key, None)) is not None
    assert line.stops == 1


@pytest.mark.parametrize("key", ["c", "C", "shift+c", "alt+c", "@", "ctrl+x", "f11"])
def test_other_keys_are_none(key: str) -> None:
    made, line, _ = gate(may_flow=True)
    assert made.take(events.Key(key, None)) is None
    assert line.stops == 0


def test_what_hides_a_key_stops_while_output_flows_and_only_then() -> None:
    made, line, _ = gate(may_flow=False)
    assert not made.stop_if_flowing()
    made.may_flow = True
    assert made.stop_if_flowing()
    assert line.stops == 1
