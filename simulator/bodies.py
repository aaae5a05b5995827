"""The bodies that a simulated unit can be put on: named variations of one model, each varied a little by its seed.

The variations are proposals that make a session meet what users report (makers' manuals name fat, hair and sweat as
what changes the current needed from person to person, day to day and side to side); none of them is a measured person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from simulator.body import Body
from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes, Lift
from simulator.feeling import BodyThresholds

__all__ = ["BODIES", "ORDINARY", "BodyKind", "make_body"]

# Proposed: EMS is used at about three times the first tingling.
ORDINARY = BodyThresholds(sensory_ua=6_000, motor_ua=10_000, comfort_ua=18_000, at_phase_us=200)

# Proposed: a threshold is up to 15 % off from one session to the next, so much of it the day's, so much the side's.
_OF_THE_DAY = 0.10
_OF_THE_SIDE = 0.05
# Skin differs more than that between people; within what the variations are meant to tell apart.
_OF_THE_SKIN = 0.10

_DRIES_WITHIN_S = (30 * 60, 60 * 60)
_LIFTS_FROM_S = (5 * 60, 12 * 60)
_LIFTS_OVER_S = 10 * 60
# Well past half, where the load is 1.76 times as high.
_LIFTS_TO_PERMILLE = 200


_ORDINARY_SKIN = Electrodes()


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyKind:
    """How a body differs from the ordinary one."""

    says: str
    thresholds_percent: int = 100
    skin: Electrodes = _ORDINARY_SKIN
    dries: bool = False
    # the electrodes of one channel come off little by little
    lifts: bool = False


BODIES: dict[str, BodyKind] = {
    "ordinary": BodyKind(says="skin and thresholds as proposed"),
    "sensitive": BodyKind(says="feels everything at 0.7 of the ordinary current", thresholds_percent=70),
    "robust": BodyKind(says="needs 1.4 times the ordinary current", thresholds_percent=140),
    "dry-skin": BodyKind(
        says="skin of three times the resistance that wets slowly",
        skin=Electrodes(parallel_ohm_cm2=300_000, capacitance_nf_per_cm2=20, wetting_tau_s=600),
    ),
    "sweaty": BodyKind(says="skin of 0.3 of the resistance", skin=Electrodes(sweat_permille=300)),
    "drying-pads": BodyKind(says="gel that dries out within 30 to 60 min", dries=True),
    "lifting-pads": BodyKind(says="one channel's electrodes lose contact, from minute 5 to 12 on", lifts=True),
}


def make_body(
    name: str,
    *,
    seed: int,
    channels: int = 2,
    thresholds: Mapping[int, BodyThresholds] | None = None,
    pad_mm2: int = 2_500,
) -> Body:
    """A body of that name, with its skin; the same seed gives the same one.

    `thresholds` are those of the channels that somebody has found; every other is ORDINARY. The name and the seed shift
    them all. ValueError for a name that is not in BODIES.
    """
    if name not in BODIES:
        raise ValueError(f"no body is called {name!r}, there is: {', '.join(BODIES)}")
    kind = BODIES[name]
    dice = Random(f"{seed} body")
    day = 1 + dice.uniform(-_OF_THE_DAY, _OF_THE_DAY)
    sides = [day + dice.uniform(-_OF_THE_SIDE, _OF_THE_SIDE) for _ in range(channels)]
    found = thresholds or {}
    shifted = [
        found.get(channel, ORDINARY).times(kind.thresholds_percent / 100 * side)
        for channel, side in enumerate(sides, 1)
    ]
    return Body(shifted, ElectrodeSkin(_pairs(kind, dice, channels, pad_mm2)))


def _pairs(kind: BodyKind, dice: Random, channels: int, pad_mm2: int) -> list[Electrodes]:
    skin = dice.uniform(1 - _OF_THE_SKIN, 1 + _OF_THE_SKIN)
    pair = replace(kind.skin, area_mm2=pad_mm2, parallel_ohm_cm2=round(kind.skin.parallel_ohm_cm2 * skin))
    if kind.dries:
        pair = replace(pair, dry_after_s=dice.randint(*_DRIES_WITHIN_S))
    pairs = [pair] * channels
    if kind.lifts:
        lift = Lift(from_s=dice.randint(*_LIFTS_FROM_S), over_s=_LIFTS_OVER_S, to_permille=_LIFTS_TO_PERMILLE)
        pairs[dice.randrange(channels)] = replace(pair, lift=lift)
    return pairs
