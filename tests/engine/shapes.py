"""Worlds that play one shape of envelope, long enough for it to have found its height."""

from dataclasses import replace

from phases import changed, steady
from world import World

from stimctl.engine import messages as say
from stimctl.model.plan import ActiveRest, Depth, Envelope, EnvelopeKind, Plan

SHAPES = {
    "swell": Envelope(kind=EnvelopeKind.SWELL, period_ms=6_000, depth_permille=700),
    "train": Envelope(kind=EnvelopeKind.TRAIN, up_ms=2_000, hold_ms=2_000, down_ms=2_000, off_ms=2_000),
    "active rest": Envelope(
        kind=EnvelopeKind.TRAIN,
        up_ms=1_500,
        hold_ms=4_000,
        down_ms=1_000,
        off_ms=100,
        then=ActiveRest(rate_mhz=6_000, top_permille=500, lasts_ms=5_000),
    ),
    "burst": Envelope(kind=EnvelopeKind.BURST, up_ms=21, hold_ms=58, down_ms=21, off_ms=400),
    "raised cosine": Envelope(kind=EnvelopeKind.RAISED_COSINE, period_ms=4_000, off_ms=1_000),
}


def plan_with(shape: str, program_class: str = "twitch") -> Plan:
    """More than a minute of it after some steady current; the second channel a second later."""
    envelope = SHAPES[shape]
    shaped = steady(name="shaped", depth=Depth.DEEP, lasts_ms=80_000, intensity_end_permille=220, envelope=envelope)
    return Plan(
        title="Shaped",
        program_class=program_class,
        profiles=("consumer", "clinical"),
        channels=(1, 2),
        phases=(
            steady(name="before", lasts_ms=20_000),
            changed(shaped, channel=2, envelope=replace(envelope, delay_ms=1_000)),
            steady(name="after", depth=Depth.COOL_DOWN, lasts_ms=20_000),
        ),
        sha256="0" * 64,
    )


def begun(shape: str, profile: str = "consumer", program_class: str = "twitch") -> World:
    world = World(plan_with(shape, program_class)).prepared(profile=profile)
    return world.say(say.Arm()).run_for(0.1).say(say.Start())


def peak_ua(world: World, seconds: float) -> int:
    """The highest that channel 1 felt in the next seconds, from half a second on."""
    from_us = world.now_ns // 1_000 + 500_000
    world.run_for(seconds)
    return max(felt.amplitude_ua for felt in world.skin.felt if felt.channel == 1 and felt.t_us >= from_us)
