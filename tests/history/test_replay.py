"""One past session as a story: series in session time, pauses as holes, a log, and what is said of damage."""

import json
from pathlib import Path

import pytest
from journals import done, header, journal_of, kept, paused, refused, telling, without
from world import World

from stimctl.clock import SECOND
from stimctl.engine import messages as say
from stimctl.history import replay
from stimctl.history.replay import Story, open_session
from stimctl.history.sentences import Kind
from stimctl.history.summary import Unreadable


def story(tmp_path: Path, content: bytes) -> Story:
    found = open_session(kept(tmp_path, content))
    assert isinstance(found, Story), found
    return found


def sample(warning: str | None = None, channel: int = 1, plan_ms: int = 0) -> say.Sample:
    return say.Sample(
        channel=channel,
        amplitude_ma=5.0,
        planned_ma=5.0,
        phase_duration_us=200,
        rate_hz=80.0,
        charge_nc=1_000,
        pulses=1,
        load_ohm=1_000,
        contact=True,
        battery_percent=None,
        plan_ms=plan_ms,
        link_rtt_us=1_000,
        warning=warning,
    )


def test_delivered_and_planned_are_in_session_time_by_channel(tmp_path: Path) -> None:
    found = story(tmp_path, done())
    assert list(found.tracks) == [1, 2]
    track = found.tracks[1]
    assert [at_ms for at_ms, _ in track.delivered] == [at_ms for at_ms, _ in track.planned]
    assert (track.delivered[0][0] < 1_000, 39_000 < track.delivered[-1][0] <= found.ends_ms) == (True, True)
    delivered_ua, planned_ua = (max(ua for _, ua in series) for series in (track.delivered, track.planned))
    # the unit has steps of 10 µA, the plan has not
    assert (delivered_ua, planned_ua // 10 * 10) == (7_150, 7_150)


def test_the_unit_delivered_what_the_skin_felt(tmp_path: Path) -> None:
    world = World().started()
    start_ns = world.now_ns
    world.run_for(45)
    track = story(tmp_path, journal_of(world)).tracks[1]
    for at_ms, value_ua in track.delivered[10:-10:10]:
        felt_ua = world.amplitude_ua(1, start_ns + at_ms * SECOND // 1000 - SECOND // 100)
        assert abs(felt_ua - value_ua) <= 200, at_ms


def test_phases_have_the_times_at_which_they_began(tmp_path: Path) -> None:
    phases = story(tmp_path, done()).phases
    assert [phase.name for phase in phases] == ["surface", "transition", "deep", "cool-down"]
    assert [round(phase.t_ms / 1000) for phase in phases] == [0, 12, 18, 27]


def test_a_pause_is_a_hole(tmp_path: Path) -> None:
    found = story(tmp_path, paused())
    (pause,) = found.pauses
    # twenty seconds, less the way to zero
    assert 18_500 < pause.to_ms - pause.from_ms < 19_500
    for track in found.tracks.values():
        assert [at for at, _ in track.delivered if pause.from_ms < at < pause.to_ms] == []
        assert min(at for at, _ in track.delivered if at > pause.from_ms) < pause.to_ms + 500


def test_what_happens_after_a_pause_is_later_by_the_pause(tmp_path: Path) -> None:
    found = story(tmp_path, paused())
    assert found.ends_ms > 36_000
    assert found.phases[1].t_ms > 12_000 + 18_500


def test_a_pause_that_nobody_ended_lasts_to_the_end(tmp_path: Path) -> None:
    found = story(tmp_path, without(paused(), "ended").partition(b'"action":"resumed"')[0])
    (pause,) = found.pauses
    assert pause.to_ms == found.ends_ms
    assert 5_000 < found.summary.duration_ms < 8_000
    assert found.torn


def test_the_log_has_what_was_done_and_before_the_start_is_below_zero(tmp_path: Path) -> None:
    log = story(tmp_path, paused()).log
    assert log[0].text.startswith("found: simulated stimlink unit")
    assert log[0].t_ms < -5_000
    texts = [entry.text for entry in log]
    assert "pausing: a person asked for it" in texts
    assert "down on channel 2" in texts
    assert texts[-1] == "ended: stopped by a person (exit code 4)"
    assert [entry.t_ms for entry in log] == sorted(entry.t_ms for entry in log)


def test_a_session_that_never_started_has_its_log_from_its_beginning(tmp_path: Path) -> None:
    found = story(tmp_path, refused())
    assert (found.tracks, found.phases, found.pauses) == ({}, (), ())
    assert [entry.kind for entry in found.log][-3:-1] == [Kind.STEP, Kind.STEP]
    assert len(found.of(Kind.REFUSED)) == 1
    assert found.log[0].t_ms >= 0


def test_gaps_faults_and_an_electrode_that_came_off_are_told(tmp_path: Path) -> None:
    world = World(faults='[[fault]]\nkind = "drop"\nat_s = 15\nfor_s = 60\ndirection = "both"').started().run_for(60)
    found = story(tmp_path, journal_of(world))
    assert found.of(Kind.FAULT)
    assert found.summary.exit_code == 3
    assert not found.summary.zero_confirmed
    assert found.of(Kind.FAULT)[-1].text.startswith("zero is not confirmed")


def test_a_gap_is_told_with_its_channel(tmp_path: Path) -> None:
    found = story(tmp_path, header() + telling(say.Gap(channel=2, why="late"), 5))
    assert [entry.text for entry in found.of(Kind.GAP)] == ["gap on channel 2: late"]


def test_a_warning_that_stays_is_told_once(tmp_path: Path) -> None:
    warned = [telling(sample(f"load of channel 1 rose to {n} Ω"), 200 * n) for n in range(50)]
    again = telling(sample("and again"), 30_000)
    found = story(tmp_path, header() + b"".join(warned) + again)
    assert [entry.text for entry in found.of(Kind.WARNING)] == ["load of channel 1 rose to 0 Ω", "and again"]


def test_notes_are_in_the_log(tmp_path: Path) -> None:
    found = story(tmp_path, header() + telling(say.User(action="note", why="stings"), 7))
    assert [(entry.t_ms, entry.text) for entry in found.of(Kind.NOTE)] == [(7, "note: stings")]
    assert found.summary.notes == ("stings",)


def test_the_peak_of_a_killed_session_is_what_its_reports_say(tmp_path: Path) -> None:
    found = story(tmp_path, done()[: len(done()) * 3 // 4])
    assert found.summary.peak == {1: 7.15, 2: 7.15}


def test_bad_lines_are_counted_and_the_rest_is_told(tmp_path: Path) -> None:
    lines = done().splitlines(True)
    bad = [b"\n", b"nonsense\n", b'{"event":"sample"}\n', b'{"version":1,"event":7}\n', b"{" * 100_000 + b"\n"]
    found = story(tmp_path, b"".join([*lines[:200], *bad, *lines[200:]]))
    assert found.bad_lines == 4
    whole = story(tmp_path, done())
    assert (found.tracks, found.log, whole.bad_lines) == (whole.tracks, whole.log, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        *('"amplitude_ma":NaN', '"amplitude_ma":Infinity', '"amplitude_ma":-1', f'"amplitude_ma":{10**400}'),
        *('"amplitude_ma":true', '"planned_ma":null', '"channel":0', '"channel":65', '"plan_ms":1.5', '"t_ms":-1'),
    ],
)
def test_a_report_with_a_number_that_cannot_be_is_a_bad_line(tmp_path: Path, wrong: str) -> None:
    right = telling(sample(plan_ms=1_000), 1_000)
    # of two values of one name the last counts
    found = story(tmp_path, header() + right + right[:-2] + f",{wrong}}}\n".encode())
    assert found.bad_lines == 1
    assert found.tracks[1].delivered == ((1_000, 5_000),)


def test_before_its_first_pulse_is_due_a_plan_has_not_come_far(tmp_path: Path) -> None:
    found = story(tmp_path, header() + telling(sample(plan_ms=-52), 1_000))
    assert (found.summary.duration_ms, found.tracks, found.bad_lines) == (0, {}, 0)


def test_events_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    later = json.dumps({"version": 1, "event": "moon", "t_ms": 5, "phase": "full"}).encode() + b"\n"
    more = done().replace(b'"event":"phase",', b'"event":"phase","colour":"red",')
    found = story(tmp_path, more + later)
    assert (found.bad_lines, len(found.phases)) == (0, 4)


def test_without_the_line_of_its_start_a_session_has_its_series_all_the_same(tmp_path: Path) -> None:
    found, whole = story(tmp_path, without(done(), "started")), story(tmp_path, done())
    assert abs(found.tracks[1].delivered[-1][0] - whole.tracks[1].delivered[-1][0]) < 200


def test_what_an_engine_that_died_leaves_is_followed_by_its_front_ends_words(tmp_path: Path) -> None:
    last = telling(say.Ended(exit_code=1, reason="the engine died", zero_confirmed=True, peak={}, journal=""))
    found = story(tmp_path, done()[:-400].rpartition(b"\n")[0] + b'\n{"at":7,"li\n' + last)
    assert (found.bad_lines, found.torn) == (1, False)
    assert found.log[-1].text == "ended: the engine died (exit code 1)"
    assert found.log[-1].t_ms == found.ends_ms > 39_000


def test_a_log_that_does_not_end_is_kept_at_both_its_ends(tmp_path: Path) -> None:
    endless = b"".join(telling(say.Gap(channel=1, why=str(n)), n) for n in range(5_000))
    found = story(tmp_path, header() + endless)
    assert (len(found.log), found.left_out) == (4_000, 1_000)
    assert (found.log[0].text, found.log[-1].text) == ("gap on channel 1: 0", "gap on channel 1: 4999")


def test_a_line_without_an_end_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_LONGEST_LINE", 1_000)
    gap = telling(say.Gap(channel=1, why="late"), 5)
    found = story(tmp_path, header() + b'{"event":"' + b"x" * 5_000 + b'"}\n' + gap + b"y" * 3_000)
    assert (found.bad_lines, found.torn, len(found.log)) == (1, True, 1)


def test_what_is_no_journal_has_no_story(tmp_path: Path) -> None:
    found = [open_session(tmp_path / name) for name in ("nowhere.jsonl", "no\0where.jsonl", ".")]
    assert [one.why for one in found if isinstance(one, Unreadable)] == [
        "cannot be read: no such file or directory",
        "cannot be read: no file has such a name",
        "cannot be read: it is a directory",
    ]
