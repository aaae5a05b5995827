"""A whole unit: device, cable, faults and record in virtual time."""

import pytest

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import (
    Arm,
    Armed,
    AskClock,
    Ceilings,
    Fault,
    FaultCode,
    Hello,
    SegmentFrame,
    Status,
    Time,
    Welcome,
)
from simulator.bodies import make_body
from simulator.catalog import make_unit
from simulator.delivered import Ending, MemorySink
from simulator.fault_file import parse_fault_plan
from simulator.faults import FaultPlanError
from simulator.skin import ResistiveSkin

MS = 1_000_000
START_NS = 123_456_789


class Host:
    """Talks to a unit; times are ms since its start."""

    def __init__(self, plan="", seed=1, channels=2, **given):
        self.sink = MemorySink()
        faults = parse_fault_plan(plan, "plan.toml")
        self.unit = make_unit(
            "stimlink",
            seed=seed,
            fault_plan=faults,
            delivered_sink=self.sink,
            start_ns=START_NS,
            channels=channels,
            **given,
        )
        self.decoder = Decoder()
        self.at_ms = 0

    def say(self, event):
        self.unit.receive(encode(event), START_NS + self.at_ms * MS)

    def run_to(self, at_ms):
        """What is heard until then, with its time of arrival in µs."""
        heard = []
        end_ns = START_NS + at_ms * MS
        wake_ns = self.unit.next_wake_ns()
        while wake_ns is not None and wake_ns <= end_ns:
            self.unit.advance(wake_ns)
            heard += [((wake_ns - START_NS) // 1000, event) for event in self.decoder.receive(self.unit.drain())]
            wake_ns = self.unit.next_wake_ns()
        self.unit.advance(end_ns)
        self.at_ms = at_ms
        return heard

    def events_to(self, at_ms):
        return [event for _, event in self.run_to(at_ms)]

    def drive(self):
        """From 100 ms rising to 200 µA at 300 ms, there until 500 ms."""
        (welcome,) = self.events_to(20)
        self.say(AskClock(1))
        (time,) = self.events_to(30)
        ceilings = Ceilings(
            amplitude=500, phase_duration_us=300, charge_nc=1000, shortest_period_us=10_000, slope=100, step=0
        )
        self.say(Arm(seq=1, nonce=welcome.nonce, channel=1, ceilings=ceilings))
        first = time.received + 80_000
        for seq, first_amplitude in ((2, 0), (3, 20)):
            start = first + (seq - 2) * 200_000
            self.run_to(40 if seq == 2 else 150)
            self.say(
                SegmentFrame(
                    seq=seq,
                    epoch=welcome.nonce,
                    channel=1,
                    step=False,
                    replace=False,
                    start=start % 2**32,
                    end=(start + 200_000) % 2**32,
                    amplitude_start=first_amplitude,
                    amplitude_end=20,
                    phase_duration_us=200,
                    interphase_us=0,
                    pulse_period_us=10_000,
                )
            )

    def felt(self):
        return [(round(record.t_us / 1000), record.amplitude_ua) for record in self.sink.felt()]


def fault(kind, at_s, **keys):
    lines = [f'kind = "{kind}"', f"at_s = {at_s}", *(f"{key} = {value!r}" for key, value in keys.items())]
    return "[[fault]]\n" + "\n".join(lines) + "\n"


def test_a_welcome_takes_its_time_on_the_line():
    ((at_us, welcome),) = Host().run_to(100)
    assert isinstance(welcome, Welcome)
    # 46 bytes of 86.8 µs
    assert at_us == len(encode(welcome)) * 10_000_000 // 115_200


def test_a_clock_question_is_stamped_when_its_last_byte_arrives():
    host = Host(seed=5)
    host.run_to(10)
    host.say(AskClock(1))
    host.say(AskClock(2))
    one, two = host.events_to(20)
    assert isinstance(one, Time)
    assert isinstance(two, Time)
    assert two.received - one.received in (len(encode(AskClock(1))) * 10_000_000 // 115_200 + n for n in (0, 1))


def test_the_same_seed_gives_the_same_unit_and_another_one_another():
    one, same, other = (Host(seed=seed).events_to(100) for seed in (1, 1, 2))
    assert one == same != other


def test_what_was_sent_is_felt_when_it_was_meant():
    host = Host()
    host.drive()
    host.run_to(700)
    assert host.felt()[0] == (111, 10)
    assert host.felt()[-1] == (501, 0)


def test_the_cable_pulled_output_ends_by_itself():
    host = Host(fault("unplug", 0.2))
    host.drive()
    host.run_to(2_000)
    assert host.unit.unplugged
    assert abs(host.sink.felt()[-1].t_us - 501_000) < 1_000
    assert host.felt()[-1][1] == 0


def test_a_cable_put_back_carries_again():
    host = Host(fault("unplug", 0.05, for_s=0.1))
    host.run_to(100)
    assert host.unit.unplugged
    host.say(Hello())
    assert host.events_to(149) == []
    host.run_to(150)
    host.say(Hello())
    assert isinstance(host.events_to(200)[0], Welcome)


def test_a_reboot_ends_output_and_says_welcome_again():
    host = Host(fault("reboot", 0.25))
    host.drive()
    heard = host.run_to(2_000)
    assert [type(event) for at_us, event in heard if at_us > 250_000] == [Welcome]
    assert host.felt()[-1] == (250, 0)


def test_an_electrode_off_is_a_zero_at_once_and_then_a_trip():
    host = Host(fault("electrode-off", 0.255, channel=1))
    host.drive()
    heard = host.events_to(2_000)
    assert [event.code for event in heard if isinstance(event, Fault)] == [FaultCode.OPEN_CIRCUIT]
    assert host.felt()[-1] == (255, 0)


def test_an_electrode_that_bounces_does_not_trip():
    host = Host(fault("electrode-off", 0.2555, for_s=0.006, channel=1))
    host.drive()
    assert not [event for event in host.events_to(490) if isinstance(event, Fault)]
    assert host.felt()[-1][1] == 200


def test_dropped_writes_never_arrive():
    host = Host(fault("drop", 0, direction="to-device", probability=1.0))
    host.run_to(20)
    host.say(Hello())
    assert host.events_to(2_000) == []


def test_writes_are_dropped_one_way_only():
    host = Host(fault("drop", 0, direction="to-host"))
    assert host.events_to(20) == []
    host.say(Hello())
    assert host.events_to(4_000) == []


def test_half_of_the_writes_are_dropped_by_chance():
    host = Host(fault("drop", 0, direction="to-device", probability=0.5))
    host.run_to(20)
    answers = 0
    for n in range(200):
        host.say(AskClock(n))
        answers += len([event for event in host.events_to(30 + 10 * n) if isinstance(event, Time)])
    assert 70 < answers < 130


def test_a_delayed_write_arrives_later():
    host = Host(fault("delay", 0.05, direction="to-host", delay_ms=30))
    host.run_to(100)
    host.say(AskClock(1))
    ((at_us, time),) = host.run_to(200)
    assert isinstance(time, Time)
    assert 131_000 < at_us < 133_000


def test_after_noise_the_line_is_as_it_was():
    host = Host(fault("noise", 0.03, for_s=1))
    host.run_to(20)
    for n in range(50):
        host.say(AskClock(n))
        host.run_to(40 + 20 * n)
    # what noise has left behind spoils one more frame in each direction
    for at_ms in (1_500, 1_520, 1_540):
        host.run_to(at_ms)
        host.say(Hello())
    assert isinstance(host.events_to(1_560)[-1], Welcome)


def test_what_is_not_on_the_line_can_be_discarded():
    host = Host()
    host.run_to(20)
    host.say(Hello())
    host.say(Hello())
    before = host.unit.outstanding(START_NS + 20 * MS)
    host.unit.discard_unsent(START_NS + 20 * MS)
    assert (before, host.unit.outstanding(START_NS + 20 * MS)) == (2 * len(encode(Hello())), 0)


def test_a_unit_asked_rarely_has_done_the_same():
    records = []
    for every_ms in (1, 1_000):
        host = Host(fault("electrode-off", 0.3555, channel=1))
        host.drive()
        for at_ms in range(150, 1_151, every_ms):
            host.unit.advance(START_NS + at_ms * MS)
        host.unit.close("closed", START_NS + 1_150 * MS)
        records.append(host.sink.entries)
    assert records[0] == records[1]


def test_closing_writes_a_zero_and_the_last_line():
    host = Host()
    host.drive()
    host.run_to(300)
    host.unit.late_by(1_500)
    host.unit.close("closed", START_NS + 305 * MS)
    assert host.felt()[-1] == (305, 0)
    assert host.sink.entries[-1] == Ending(t_us=305_000, end="closed", worst_late_us=2)


def test_eight_channels_can_be_armed():
    host = Host(channels=8)
    (welcome,) = host.events_to(20)
    ceilings = Ceilings(amplitude=1, phase_duration_us=30, charge_nc=1, shortest_period_us=6666, slope=1, step=0)
    host.say(Arm(seq=1, nonce=welcome.nonce, channel=8, ceilings=ceilings))
    assert isinstance(host.events_to(40)[0], Armed)


@pytest.mark.parametrize("channels", [0, 9])
def test_a_unit_with_an_impossible_number_of_channels_is_refused(channels):
    with pytest.raises(ValueError, match="allowed: 1 to 8"):
        Host(channels=channels)


def test_a_family_that_cannot_be_simulated_is_refused():
    with pytest.raises(ValueError, match="no simulator for 'toaster'"):
        make_unit("toaster", seed=1, delivered_sink=MemorySink(), start_ns=0)


def test_a_fault_on_a_channel_that_is_not_there_is_refused():
    with pytest.raises(FaultPlanError, match="channel 3 of a unit with 2"):
        Host(fault("electrode-off", 1, channel=3))


def loads(**given):
    """What the unit reports of channel 1 while it drives."""
    host = Host(**given)
    host.run_to(10)
    host.say(Hello())
    host.drive()
    said = host.events_to(450)
    return {event.load_ohm for event in said if isinstance(event, Status) and event.channel == 1 and event.amplitude}


def test_without_being_told_a_unit_is_on_ordinary_skin():
    # 200 µA for 200 µs on 5 cm × 5 cm: hardly any of the skin's resistance has gone yet
    assert loads() == {716}


def test_a_unit_that_is_given_ohms_is_on_a_resistor():
    assert loads(ohms=1_234) == {1_234}


def test_a_unit_is_on_the_skin_that_it_is_given():
    assert loads(skin=ResistiveSkin(2, 432)) == {432}


def test_a_witness_changes_nothing_of_what_is_delivered():
    records = []
    for witness in (None, make_body("ordinary", seed=1)):
        host = Host(witness=witness)
        host.drive()
        host.run_to(1_000)
        records.append(host.sink.entries)
    assert records[0] == records[1]


def test_a_witness_has_what_flowed():
    body = make_body("ordinary", seed=1)
    host = Host(skin=body.skin, witness=body)
    host.drive()
    host.run_to(1_000)
    assert max(sample.peak_ua for sample in body.samples(1)) == 200
