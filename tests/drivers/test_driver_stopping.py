"""Staying armed, and stopping."""

from driver_bench import cleared, sent, unit
from hand_made_unit import CEILINGS, MS

from firmware_protocol.stimlink.events import (
    Arm,
    KeepAlive,
    Limit,
    SegmentFrame,
    Stopped,
)
from stimctl.drivers import facts
from stimctl.drivers.stimlink import StimlinkDriver


def test_a_keep_alive_is_sent_only_while_armed() -> None:
    armed = unit().settled()
    armed.driver.keep_alive(armed.now_ns)
    assert armed.run_for(0).of(KeepAlive) == []
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    armed.run_for(20).driver.keep_alive(armed.now_ns)
    assert armed.run_for(0).of(KeepAlive) == [KeepAlive(armed.nonce)]


def test_a_stop_forgets_everything_that_was_to_be_sent() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame, Limit}
    armed.driver.send(cleared(armed.now_ns + 200 * MS), armed.now_ns)
    armed.driver.hold(1, 500, armed.now_ns)
    armed.driver.keep_alive(armed.now_ns)
    armed.driver.stopped(armed.now_ns)
    assert armed.driver.drain() == b""
    armed.run_for(600)
    assert [armed.of(kind) for kind in (SegmentFrame, Limit, KeepAlive)] == [[], [], []]


def test_after_a_stop_the_next_arm_uses_the_newest_nonce() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS, 50))
    armed.driver.stopped(armed.now_ns)
    for nonce in (900, 901):
        armed.nonce = nonce
        assert armed.tell(Stopped(nonce, 0, True)) == [facts.ZeroConfirmed(True)]
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    armed.run_for(20)
    assert armed.of(Arm)[-1].nonce == 901


def test_a_stop_answered_with_current_flowing_is_told_as_such() -> None:
    armed = unit().armed()
    armed.driver.stopped(armed.now_ns)
    assert armed.tell(Stopped(900, 0, False)) == [facts.ZeroConfirmed(False)]


def test_after_a_stop_a_report_of_being_disarmed_is_no_fault() -> None:
    armed = unit().armed()
    armed.driver.stopped(armed.now_ns)
    assert [type(fact) for fact in armed.status(armed=False)] == [facts.Heard]


def test_the_stop_bytes_are_those_of_the_page() -> None:
    assert StimlinkDriver.stop_bytes == bytes.fromhex("00 02 07 03 98 84 00")
