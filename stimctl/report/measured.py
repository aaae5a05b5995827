"""What was found, placed and set for a person, in lines: the same for a terminal and for the screen."""

from stimctl.care.person import Person

__all__ = ["measured"]

_CHANNELS = range(1, 9)


def measured(one: Person) -> list[str]:
    """Ranges by channel and kind of unit, pads, and what they never go over; nothing for what nobody said."""
    lines = []
    for simulated in (False, True):
        kind = "a simulated unit" if simulated else "real units"
        for channel, of in one.thresholds(_CHANNELS, simulated=simulated).items():
            span = f"{of.sensory_ua / 1000:g} to {of.comfort_ua / 1000:g} mA at {of.at_phase_us} µs"
            lines.append(f"channel {channel} on {kind}: {span}")
        for channel, level in one.levels(_CHANNELS, simulated=simulated).items():
            lines.append(f"channel {channel} on {kind}: level {level.sensory_level} to {level.comfort_level}")
    if one.pads is not None:
        lines.append(f"pads: {one.pads.pad_mm2 / 100:g} cm², {one.pads.placement or 'no word where'}")
    if one.limits is not None and (one.limits.most_ua or one.limits.most_minutes):
        most = [f"{one.limits.most_ua / 1000:g} mA"] if one.limits.most_ua else []
        most += [f"{one.limits.most_minutes} min"] if one.limits.most_minutes else []
        lines.append(f"never over {', '.join(most)}")
    return lines
