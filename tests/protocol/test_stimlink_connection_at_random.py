"""The host's connection in any order of doings, beside a model that keeps only what it owes to whom."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from vectors import STIMLINK

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.connection import RETRY_NS, Connection
from firmware_protocol.stimlink.events import (
    Ack,
    Arm,
    Limit,
    Limited,
    Malformed,
    Nack,
    NackReason,
    SegmentFrame,
    Stop,
    Stopped,
)
from firmware_protocol.stimlink.state import State

MS = 1_000_000
ONE_OF_EACH = {vector.kind: vector.event for vector in reversed(STIMLINK)}
CHANNELS = st.integers(1, 2)
AMPLITUDES = st.integers(0, 500)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.connection = Connection()
        self.now_ns = 0
        # number: what may still be sent under it, when it was last, when it is over
        self.owed = {}
        self.connection.receive(encode(ONE_OF_EACH["Welcome"]))

    # -- what the host does

    @precondition(lambda self: self.connection.state is State.IDLE)
    @rule()
    def arm(self):
        arm = replace(ONE_OF_EACH["Arm"], seq=self.connection.next_seq())
        self.connection.send(arm, self.now_ns, self.now_ns + 600 * MS)
        self.connection.receive(encode(replace(ONE_OF_EACH["Armed"], seq=arm.seq)))
        assert self.drained() == [arm]

    @precondition(lambda self: self.connection.state is State.ARMED)
    @rule(channel=CHANNELS, amplitude=AMPLITUDES, for_ms=st.integers(1, 250))
    def send(self, channel, amplitude, for_ms):
        seq = self.connection.next_seq()
        assert seq not in self.owed
        self.put(seq, channel, amplitude, for_ms, replacing=False)

    @precondition(lambda self: self.connection.state is State.ARMED)
    @rule(channel=CHANNELS, amplitude=AMPLITUDES, for_ms=st.integers(1, 250))
    def replace_all(self, channel, amplitude, for_ms):
        self.owed = {seq: entry for seq, entry in self.owed.items() if entry[0].channel != channel}
        self.put(self.connection.next_seq(), channel, amplitude, for_ms, replacing=True)

    @precondition(lambda self: self.connection.state is State.ARMED)
    @rule(channel=CHANNELS, ceiling=AMPLITUDES)
    def limit(self, channel, ceiling):
        for seq, (event, *times) in self.owed.items():
            if event.channel == channel:
                first, last = min(event.amplitude_start, ceiling), min(event.amplitude_end, ceiling)
                self.owed[seq] = (replace(event, amplitude_start=first, amplitude_end=last), *times)
        limit = Limit(channel, ceiling, 0)
        self.connection.send(limit, self.now_ns, self.now_ns + 100 * MS)
        self.connection.receive(encode(Limited(channel, ceiling, 0)))
        assert self.drained() == [limit]

    @rule()
    def stop(self):
        self.connection.send(Stop(), self.now_ns)
        self.owed.clear()
        assert self.drained() == [Stop()]

    # -- what the unit does

    @precondition(lambda self: self.owed)
    @rule(data=st.data(), taken=st.booleans())
    def answer(self, data, taken):
        seq = data.draw(st.sampled_from(sorted(self.owed)))
        del self.owed[seq]
        self.connection.receive(encode(Ack(seq, 1, 1) if taken else Nack(seq, NackReason.OVERLAP)))

    @rule()
    def has_stopped(self):
        self.connection.receive(encode(Stopped(7, 0, output_off=True)))
        self.owed.clear()

    @rule()
    def trips(self):
        self.connection.receive(encode(ONE_OF_EACH["Fault"]))
        self.owed.clear()

    @rule(noise=st.binary(max_size=100))
    def noise(self, noise):
        assert all(isinstance(event, Malformed) for event in self.connection.receive(noise + b"\0"))

    # -- what time does

    @rule(by_ms=st.integers(0, 60))
    def time_goes_on(self, by_ms):
        self.now_ns += by_ms * MS
        lost = self.connection.advance(self.now_ns)
        assert sorted(lost) == sorted(seq for seq, entry in self.owed.items() if self.now_ns >= entry[2])
        for seq in lost:
            del self.owed[seq]
        due = {seq for seq, (_, last_ns, _) in self.owed.items() if self.now_ns >= last_ns + RETRY_NS}
        assert self.drained() == [entry[0] for seq, entry in self.owed.items() if seq in due]
        for seq in due:
            event, _, over_ns = self.owed[seq]
            self.owed[seq] = (event, self.now_ns, over_ns)

    @invariant()
    def it_wakes_for_what_is_owed_and_for_nothing_else(self):
        wake_ns = min((min(last + RETRY_NS, over) for _, last, over in self.owed.values()), default=None)
        assert self.connection.next_wake_ns() == wake_ns

    @invariant()
    def nothing_is_owed_but_while_armed(self):
        assert not self.owed or self.connection.state is State.ARMED

    def put(self, seq, channel, amplitude, for_ms, *, replacing):
        event = replace(
            ONE_OF_EACH["SegmentFrame"],
            seq=seq,
            channel=channel,
            amplitude_start=amplitude,
            amplitude_end=amplitude // 2,
            replace=replacing,
        )
        self.connection.send(event, self.now_ns, self.now_ns + for_ms * MS)
        self.owed[seq] = (event, self.now_ns, self.now_ns + for_ms * MS)
        assert self.drained() == [event]

    def drained(self):
        heard = Decoder().receive(self.connection.drain())
        assert all(isinstance(event, Arm | SegmentFrame | Limit | Stop) for event in heard)
        return heard


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
