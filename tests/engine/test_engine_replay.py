"""A record put through the core again gives the same bytes and the same words; whatever is changed in it is found."""

import json

import pytest
from engine_bench import asked, fault
from journals import done, header, journal_of, paused, refused
from world import World

from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from stimctl.clock import MS, SECOND
from stimctl.drivers.registry import FAMILIES
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.recorded import read_entry
from stimctl.engine.replay import Replay, Verdict
from stimctl.engine.virtual import VirtualSession
from stimctl.model.as_json import BadValue
from stimctl.model.levels import Levels
from stimctl.model.who import Who
from stimctl.program.loader import load
from stimctl.safety.audit_stimlink import StimlinkAudit

LOSSY = (
    fault("drop", 2.0, for_s=30.0, direction="both", probability=0.05)
    + fault("noise", 8.0, for_s=3.0, direction="to-host", probability=0.1)
    + fault("electrode-off", 15.0, for_s=2.0, channel=1)
)


def replayed(journal: bytes, driver: type[StimlinkDriver] = StimlinkDriver) -> Verdict:
    first, *lines = journal.split(b"\n")
    header = json.loads(first)
    names = Names(id=header["id"], journal="", device=header["device"], realtime="")
    replay = Replay(EngineCore(driver(), StimlinkAudit(), names, header["at"]), header["at"])
    for line in filter(None, lines):
        replay.take(read_entry(line))
    return replay.verdict()


def lossy(seed: int) -> bytes:
    return journal_of(World(seed=seed, faults=LOSSY).started().run_for(6).say(say.Down(1)).run_for(30))


def disturbed(what: str) -> bytes:
    """Six seconds of the demo, something from outside its front end, and what follows."""
    world = World().started().run_for(6)
    match what:
        case "the computer slept":
            world.core.suspended(5 * SECOND, world.now_ns)
            world.run_for(8).say(say.Arm()).run_for(4)
        case "the computer was late":
            world.core.next_wake_ns()
            late_ns = world.session.now_ns = world.now_ns + 400 * MS
            world.unit.advance(late_ns)
            world.core.advance(late_ns)
            world.unit.receive(world.core.drain(late_ns).data, late_ns)
        case "the journal fails":
            world.core.journal_failed("no space left on device", world.now_ns)
        case "the capture fails":
            world.core.capture_failed("demo.capture cannot be written any more", world.now_ns)
        case "a stop from elsewhere":
            world.core.stop("elsewhere", world.now_ns)
        case "the front end goes":
            world.session.hear(b"")
    return journal_of(world.run_for(8))


SESSIONS = {
    "to its end": done,
    "paused, resumed, less, stopped": paused,
    "refused": refused,
    "a third of all writes lost for five seconds": lambda: journal_of(
        World(faults=fault("drop", 10, for_s=5, probability=0.3)).started().run_for(60)
    ),
    "unplugged": lambda: journal_of(World(faults=fault("unplug", 12.0)).started().run_for(12)),
    "a brown-out": lambda: journal_of(World(faults=fault("reboot", 12.0)).started().run_for(12)),
    **{f"lossy, seed {seed}": lambda seed=seed: lossy(seed) for seed in range(4)},
    **{
        what: lambda what=what: disturbed(what)
        for what in (
            *(
                "the computer slept",
                "the computer was late",
                "the journal fails",
                "the capture fails",
                "a stop from elsewhere",
            ),
            "the front end goes",
        )
    },
}


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_a_journal_replayed_gives_the_same_bytes_and_the_same_words(session) -> None:
    journal = session()
    verdict = replayed(journal)
    assert (verdict.differences, verdict.first) == (0, None)
    assert verdict.sent_bytes == sum(len(bytes.fromhex(line["sent"])) for line in at_lines(journal, "sent")) + sum(
        len(bytes.fromhex(line["stop first"])) for line in at_lines(journal, "stop first")
    )
    assert verdict.tellings == journal.count(b'"event":"') - journal.count(b'\\"event\\":')


def test_a_session_in_levels_is_replayed_with_its_line_reset() -> None:
    unit = make_unit("openemsstim", seed=1, delivered_sink=MemorySink(), start_ns=0)
    session = VirtualSession(board_core(), unit)

    def say_when(told: str, count: int, *commands: say.Command) -> None:
        while sum(f'"event":"{told}"' in line for line in session.told) < count:
            assert session.now_ns < 60 * SECOND
            session.hear(say.command_line(say.Beat()))
            session.run_until(session.now_ns + 100 * MS)
        for command in commands:
            session.hear(say.command_line(command))

    levels = Levels(sensory_level=20, comfort_level=60, at_phase_us=250, at_period_us=12_500)
    plan = load("demo").plan
    say_when("unit", 1, asked(plan, thresholds={}, levels=dict.fromkeys(plan.channels, levels), dials_set=True))
    say_when("session", 1, say.Arm())
    say_when("armed", 1, say.Start())
    say_when("sample", 30)
    # a board that does not answer its stops is reset by way of its line
    unit.receive = lambda data, now_ns: None  # type: ignore[method-assign]
    say_when("sample", 30, say.Stop())
    say_when("ended", 1)
    replay = Replay(board_core(), 0)
    for line in "".join(session.journal).splitlines():
        replay.take(read_entry(line.encode()))
    verdict = replay.verdict()
    assert (verdict.differences, verdict.first) == (0, None)
    assert '"line reset"' in "".join(session.journal)


def board_core() -> EngineCore:
    family = FAMILIES["openemsstim"]
    names = Names(id="1", journal="", device="x", realtime="")
    return EngineCore(family.driver(Who(serial_number="7", simulated=True)), family.audit(), names, 0)


def test_a_letter_that_is_cut_in_two_by_a_read_is_replayed() -> None:
    line = say.command_line(say.Note("größer"))
    cut = line.index("ö".encode()) + 1
    world = World().started().run_for(2)
    world.session.hear(line[:cut])
    world.session.hear(line[cut:])
    world.run_for(2)
    journal = header() + "".join(world.session.journal).encode(errors="backslashreplace")
    assert world.told("user")[-1]["why"] == "größer"
    assert replayed(journal).same


def test_the_record_has_every_passing_of_time() -> None:
    journal = done()
    inputs = {line["at"] for line in at_lines(journal, "link")}
    passed = {line["at"] for line in lines_of(journal) if set(line) == {"at"}}
    assert len(inputs) > 500
    assert inputs <= passed


# -- what differs


def changed(journal: bytes, kind: str, number: int, change) -> tuple[bytes, dict]:
    """The journal with the value of the numbered line of a kind changed, and that line as it was."""
    lines = journal.split(b"\n")
    mark = b'"' + kind.encode() + b'":'
    index = [i for i, line in enumerate(lines) if line.startswith(b'{"at":') and mark in line][number]
    was = json.loads(lines[index])
    lines[index] = json.dumps({**was, kind: change(was[kind])}, separators=(",", ":")).encode()
    return b"\n".join(lines), was


def one_bit(text: str) -> str:
    """Bytes in hex with the last bit of the third one the other way around."""
    data = bytearray(bytes.fromhex(text))
    data[2] ^= 1
    return data.hex()


def test_a_bit_that_left_otherwise_is_one_difference_and_its_place() -> None:
    journal, was = changed(done(), "sent", 200, one_bit)
    verdict = replayed(journal)
    assert (verdict.same, verdict.differences) == (False, 1)
    assert verdict.first is not None
    assert verdict.first.at_ns == was["at"]
    assert verdict.first.replayed == f"sent {was['sent']}"
    assert verdict.first.recorded == f"sent {one_bit(was['sent'])}"


def test_a_bit_that_was_heard_otherwise_differs_from_there_on() -> None:
    # an ack that is damaged is as good as lost: its segment is sent again
    journal, was = changed(done(), "link", 900, one_bit)
    verdict = replayed(journal)
    assert verdict.first is not None
    assert was["at"] <= verdict.first.at_ns < was["at"] + SECOND


def test_a_core_that_is_over_before_the_record_is_differs_and_is_left_alone() -> None:
    journal, was = changed(done(), "front", 60, lambda _: say.command_line(say.Stop()).decode())
    verdict = replayed(journal)
    assert verdict.first is not None
    assert verdict.first.at_ns == was["at"]
    assert verdict.differences > 500


def test_a_line_too_few_is_one_difference() -> None:
    journal = done()
    lines = journal.split(b"\n")
    sent = [i for i, line in enumerate(lines) if b'"sent":' in line]
    told = [i for i, line in enumerate(lines) if b'"event":"sample"' in line]
    for index in (sent[100], told[100]):
        verdict = replayed(b"\n".join(lines[:index] + lines[index + 1 :]))
        assert verdict.differences == 1
        assert verdict.first is not None
        assert (verdict.first.recorded, verdict.first.replayed != "") == ("", True)
        before = [json.loads(line) for line in lines[:index] if line.startswith(b'{"at":')][-1]
        assert verdict.first.at_ns == before["at"]


def test_a_word_that_was_told_otherwise_is_found() -> None:
    verdict = replayed(done().replace(b'"reason":"the program is done"', b'"reason":"the program is gone"'))
    assert verdict.differences == 1


def test_a_core_that_is_another_one_differs() -> None:
    class Later(StimlinkDriver):
        look_ahead_ns = 249 * MS

    assert not replayed(done(), Later).same


def test_what_the_line_took_is_held_against_what_was_sent() -> None:
    journal, was = done(), at_lines(done(), "sent")[50]
    sent = f'{{"at":{was["at"]},"sent":"{was["sent"]}"}}\n'
    for taken, differences in ((was["sent"], 0), (was["sent"][:4], 0), (one_bit(was["sent"]), 1)):
        took = f'{{"at":{was["at"]},"took":"{taken}"}}\n'
        before, _, after = journal.partition(sent.encode())
        # what had been sent until then was taken whole
        emptied = b"".join(
            line + b"\n" + (line.replace(b'"sent"', b'"took"') + b"\n" if b'"sent":' in line else b"")
            for line in before.split(b"\n")[:-1]
        )
        assert replayed(emptied + (sent + took).encode() + after).differences == differences


# -- records that end early, or are none


def test_a_journal_that_is_cut_off_is_the_same_as_far_as_it_goes() -> None:
    lines = paused().split(b"\n")
    for count in range(2, len(lines), 97):
        verdict = replayed(b"\n".join(lines[:count]))
        assert (verdict.same, verdict.ended) == (True, False), count


def test_what_a_front_end_adds_for_a_dead_engine_is_not_the_cores() -> None:
    lines = done().split(b"\n")
    last = b'{"version":1,"event":"ended","t_ms":0,"seq":0,"exit_code":1,"reason":"the engine died; stopped from here"}'
    verdict = replayed(b"\n".join([*lines[:3000], last]))
    assert (verdict.same, verdict.ended) == (True, False)
    assert verdict.engine_died == "the engine died; stopped from here"


def test_what_a_newer_core_tells_beside_is_no_difference() -> None:
    without = done().replace(b',"battery_percent":null', b"")
    assert without != done()
    assert replayed(without).same


@pytest.mark.parametrize("words", ["stop whatever", "suspended", "suspended -5", "the cat"])
def test_what_nobody_says_to_a_core_is_no_record(words: str) -> None:
    replay = Replay(World().core, 0)
    with pytest.raises(BadValue, match="nothing that is said"):
        replay.take(read_entry(json.dumps({"at": 5, "said": words}).encode()))


def test_time_that_goes_back_is_no_record() -> None:
    replay = Replay(World().core, 0)
    replay.take(read_entry(b'{"at":5}'))
    with pytest.raises(BadValue, match="goes back"):
        replay.take(read_entry(b'{"at":4}'))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff",
        b"[" * 100_000,
        b'{"at":-1}',
        b'{"at":true}',
        b'{"at":1e3}',
        b'{"at":99999999999999999999}',
        b'{"at":1,"link":"0"}',
        b'{"at":1,"link":7}',
        b'{"at":1,"front":"\\ud800"}',
        b'{"at":1,"flushed":-1}',
        b'{"at":1,"link":"00","sent":"00"}',
        b'{"at":1,"what":"00"}',
        b'{"link":"00"}',
    ],
)
def test_a_line_that_is_no_entry_is_a_bad_value(line: bytes) -> None:
    with pytest.raises(BadValue):
        read_entry(line)


def lines_of(journal: bytes) -> list[dict]:
    return [json.loads(line) for line in journal.split(b"\n") if line]


def at_lines(journal: bytes, kind: str) -> list[dict]:
    """The lines with a time that have this kind of value."""
    return [line for line in lines_of(journal) if "at" in line and kind in line and "format" not in line]
