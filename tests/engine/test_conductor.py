"""The conductor by itself: what a Down comes to while others still hold, while output falls, and between two bursts."""

from engine_bench import segment
from world import PERSON

from stimctl.clock import MS, SECOND
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine.conductor import LEAD_NS, Conductor
from stimctl.model.limits import CONSUMER
from stimctl.model.segment import Segment
from stimctl.safety.audit_stimlink import StimlinkAudit
from stimctl.safety.clearance import Cleared
from stimctl.safety.governor import Governor
from stimctl.safety.rules import Terms


class Recorder(StimlinkDriver):
    """Sends nothing, and remembers what it was to send and to hold."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Segment] = []
        self.held: list[int] = []

    def send(self, cleared: Cleared, now_ns: int) -> None:
        self.sent.append(cleared.segment)

    def hold(self, channel: int, ceiling_ua: int, now_ns: int) -> None:
        self.held.append(ceiling_ua)


class Podium:
    """A conductor of one channel from a host time of 0 on; `held` are the ceilings that the unit was given."""

    def __init__(self, plan: tuple[Segment, ...], felt_nc: int = 0) -> None:
        terms = Terms(limits=CONSUMER, thresholds={1: PERSON}, pads_mm2={1: 2_500}, reports_load=False)
        self.driver = Recorder()
        self.governor = Governor(terms)
        self.governor.armed()
        self.governor.felt(1, felt_nc, "high", SECOND)
        audit = StimlinkAudit()
        audit.agree(CONSUMER, {1: 50_000})
        self.conductor = Conductor(plan, self.governor, self.driver, audit)
        self.conductor.begin(0)
        self.now_ns = 0

    @property
    def held(self) -> list[int]:
        return self.driver.held

    def until(self, at_ms: int) -> "Podium":
        """Everything due by then is sent, and nothing of it refused."""
        while self.now_ns < at_ms * MS:
            self.now_ns = min(self.now_ns + 10 * MS, at_ms * MS)
            assert self.conductor.play(self.now_ns) is None
        return self

    def down(self) -> "Podium":
        self.conductor.down(1, self.now_ns)
        return self

    def flowing_ua(self) -> int:
        return self.governor.picture(1).amplitude_at(self.now_ns)


def climbing() -> Podium:
    """A milliampere a second, for ten."""
    return Podium(tuple(segment(at * MS, (at + 200) * MS, at, at + 200) for at in range(0, 10_000, 200)))


# --- ceilings that overlap


def near_zero() -> Podium:
    """Two Downs at 0.7 mA: the unit holds everything to nothing, and the next piece rises from there."""
    podium = climbing().until(850).down().until(890).down()
    assert podium.held == [200, 0]
    return podium.until(910)


def test_of_two_ceilings_that_overlap_the_lower_one_is_kept() -> None:
    """With nothing flowing any more a third Down goes by the plan, which is higher than what the unit still holds."""
    assert near_zero().down().held == [200, 0, 0]


def test_after_ceilings_that_overlap_output_goes_on_from_the_lower_one() -> None:
    podium = near_zero().down().until(2_000)
    assert 0 < podium.flowing_ua() < 1_000


def test_a_ceiling_that_is_over_binds_no_later_one() -> None:
    podium = near_zero().until(3_000).down()
    assert podium.held[-1] == podium.flowing_ua() > 500


# --- while output falls


def fading() -> Podium:
    """A pause at 3 mA, most of its way down."""
    podium = climbing().until(3_150)
    assert podium.conductor.fade(podium.now_ns) is None
    podium.until(3_850)
    assert 0 < podium.flowing_ua() < 1_500
    return podium


def test_a_down_while_output_falls_is_held_by_nothing() -> None:
    assert fading().down().held == []


def test_a_down_while_output_falls_forgets_what_was_felt() -> None:
    podium = fading()
    podium.governor.felt(1, 400, "high", SECOND)
    podium.down()
    assert podium.governor.ground(1).charge_nc("high") == 0


def test_a_down_while_output_falls_binds_no_later_one() -> None:
    """A gap cuts the fall short, so that a resume and the next Down come while the fall would still have lasted."""
    podium = fading().down()
    podium.conductor.gap(1, podium.now_ns)
    podium.conductor.begin(podium.now_ns)
    podium.until(3_870).down()
    # nothing flows for another 130 ms: what counts is the plan, less a step of its peak for the first press
    assert podium.held == [2_870 * 95 // 100 - 500]


def test_a_ceiling_from_before_a_pause_is_not_moved_by_a_down_in_it() -> None:
    podium = climbing().until(3_150).down()
    assert podium.conductor.fade(podium.now_ns) is None
    podium.until(3_200).down()
    assert podium.held == [2_500]


# --- between two bursts


def burst(number: int) -> tuple[Segment, ...]:
    """21 ms up to 5 mA, as long there, as long down, and 400 ms of nothing; half a second in all."""
    at = [number * SECOND // 2 + ms * MS for ms in (0, 21, 79, 100, 300, 500)]
    return (
        segment(at[0], at[1], 0, 5_000, step=number > 0),
        segment(at[1], at[2], 5_000, 5_000),
        segment(at[2], at[3], 5_000, 0),
        segment(at[3], at[4], 0, 0),
        segment(at[4], at[5], 0, 0),
    )


def bursting(felt_nc: int = 1_000) -> Podium:
    """Bursts up to ground, three seconds of them, and the middle of a rest."""
    plan = tuple(part for number in range(40) for part in burst(number))
    podium = Podium(plan, felt_nc).until((LEAD_NS + 3 * SECOND) // MS + 250)
    assert (podium.governor.picture(1).bursts, podium.flowing_ua()) == (True, 0)
    return podium


def last_top_ua(podium: Podium) -> int:
    """The highest of the last two bursts that were sent."""
    return max(one.top_ua for one in podium.driver.sent[-10:])


def test_a_down_between_two_bursts_takes_a_step_off_the_burst() -> None:
    podium = bursting()
    assert last_top_ua(podium) == 5_000
    assert podium.down().held == [4_500]


def test_a_down_between_bursts_that_are_not_yet_where_the_plan_is_goes_by_what_was_felt() -> None:
    podium = bursting(felt_nc=300)
    felt_ua = podium.governor.picture(1).top_between(podium.now_ns - SECOND, podium.now_ns)
    assert 500 < felt_ua < 2_000
    assert podium.down().held == [felt_ua - 500]


def test_after_a_down_between_two_bursts_the_next_one_is_a_step_lower() -> None:
    podium = bursting().down()
    podium.until(podium.now_ns // MS + 1_500)
    assert last_top_ua(podium) == 4_500
