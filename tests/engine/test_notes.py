"""Notes and pain scores change nothing but the record; what a Device page needs is told from the first second on."""

import json
from itertools import pairwise

import pytest
from world import World

from stimctl.clock import SECOND
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine import messages as say
from stimctl.engine.session_state import State

DROPS = '[[fault]]\nkind = "drop"\nat_s = 8\nfor_s = 2\nprobability = 0.5\n'


def said(world: World) -> list[tuple[str, str]]:
    return [(line["action"], line["why"]) for line in world.told("user") if line["action"] in ("note", "pain")]


@pytest.mark.parametrize("state", ["ready", "armed", "running", "paused", "stopping"])
def test_a_note_is_taken_in_any_state_and_changes_none(state: str) -> None:
    world = World()
    match state:
        case "ready":
            world.prepared()
        case "armed":
            world.armed()
        case "running":
            world.started().run_for(5)
        case "paused":
            world.started().run_for(5).say(say.Pause()).run_for(2)
        case "stopping":
            world.started().run_for(5)
            # nothing comes back any more, so that the session waits for its zero
            world.session.wire.receive = lambda data, now_ns: None  # type: ignore[method-assign]
            world.say(say.Stop())
    before = world.core.state
    assert before.value == state
    world.say(say.Note("tingles to the left")).say(say.Pain(3))
    assert said(world) == [("note", "tingles to the left"), ("pain", "3")]
    assert world.core.state is before


def test_notes_leave_what_is_felt_as_it_is() -> None:
    silent, talking = World().started().run_for(20), World().started()
    for number in range(40):
        talking.say(say.Note(f"{number}")).say(say.Pain(number % 11)).run_for(0.5)
    assert [(felt.t_us, felt.amplitude_ua) for felt in talking.skin.felt] == [
        (felt.t_us, felt.amplitude_ua) for felt in silent.skin.felt
    ]


def test_before_there_is_a_unit_nothing_can_be_noted() -> None:
    world = World().say(say.Note("early"))
    assert [line["rule"] for line in world.told("refused")] == ["state"]
    assert world.core.state is State.OPENING


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\nb", "a\x1b[2Jb", "a\u202eb", "a\u2028b", "\ud800"])
def test_a_note_that_is_no_line_of_text_is_refused(text: str) -> None:
    world = World().prepared()
    world.session.hear((json.dumps({"version": 1, "do": "note", "text": text}) + "\n").encode())
    assert (said(world), [line["rule"] for line in world.told("refused")]) == ([], ["note"])


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_that_is_none_is_refused(score: int) -> None:
    world = World().prepared().say(say.Pain(score))
    assert (said(world), [line["rule"] for line in world.told("refused")]) == ([], ["pain"])


def test_a_note_of_200_characters_is_whole() -> None:
    text = "ä" * 200
    assert said(World().prepared().say(say.Note(text))) == [("note", text)]


# -- for a Device page


def test_a_unit_says_all_that_it_can_do() -> None:
    (line,) = World().run_for(1).told("unit")
    unit = say.read_telling(json.dumps(line).encode())
    assert isinstance(unit, say.Unit)
    assert unit.capabilities is not None
    assert (unit.capabilities.amplitude_ua, unit.capabilities.compliance_v) == (100_000, 120)


def test_a_unit_of_an_older_record_can_be_read() -> None:
    (line,) = World().run_for(1).told("unit")
    del line["capabilities"]
    unit = say.read_telling(json.dumps(line).encode())
    assert isinstance(unit, say.Unit)
    assert unit.capabilities is None


def test_the_line_is_told_once_a_second_before_anything_is_armed() -> None:
    links = World().run_for(10).told("link")
    assert 9 <= len(links) <= 11
    assert all(after["t_ms"] - before["t_ms"] >= 1_000 for before, after in pairwise(links))
    assert links[-1]["frames_in"] > links[1]["frames_in"] > 0
    assert links[-1]["frames_out"] > links[1]["frames_out"] > 0
    assert (links[-1]["lost"], links[-1]["crc_errors"], links[-1]["retries"]) == (0, 0, 0)
    assert 0 < links[-1]["rtt_us"] < 30_000


def test_the_line_counts_what_is_lost_and_what_is_sent_again() -> None:
    last = World(faults=DROPS).started().run_for(20).told("link")[-1]
    assert last["lost"] > 0
    assert last["retries"] > 0


def test_the_line_counts_what_comes_damaged() -> None:
    noise = '[[fault]]\nkind = "noise"\nat_s = 2\nfor_s = 2\ndirection = "to-host"\nprobability = 0.5\n'
    assert World(faults=noise).run_for(6).told("link")[-1]["crc_errors"] > 0


def test_the_line_tells_of_a_unit_that_has_stopped_answering() -> None:
    drop = '[[fault]]\nkind = "drop"\nat_s = 3\n'
    links = World(faults=drop).run_for(10).told("link")
    assert links[-1]["lost"] >= 20
    assert links[-1]["t_ms"] >= 8_000


def test_the_line_is_told_as_what_may_be_dropped() -> None:
    driver = StimlinkDriver()
    world = World(driver=driver).run_for(2)
    world.core.advance(world.now_ns + SECOND)
    assert [may_drop for line, may_drop in world.core.drain_front() if '"event":"link"' in line] == [True]
