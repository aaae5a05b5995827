"""A session by hand: nothing flows until a person presses Up, and nothing rises by itself.

Rule 1: the plan is one phase of constant pulses, and the session begins where the plan stands level at its peak: what
is delivered is the person's trim of a constant, so only presses change it.
Rule 2: the trim begins at zero, at every start and every resume: after a pause the person steps up anew, without
ground. Who steps up by hand is looking for what can be felt, and a pause, or the gaps before it, may have changed that.
"""

from stimctl.program.compiled import Compiled

__all__ = ["level_from_ns"]


def level_from_ns(compiled: Compiled) -> int | None:
    """From when until its closing the plan stands level at the peak of every channel; None where rule 1 is not met."""
    if len(compiled.marks) != 1:
        return None
    from_ns = 0
    ahead = [segment for segment in compiled.segments if segment.start_ns < compiled.closing_start_ns]
    for channel in {segment.channel for segment in ahead}:
        own = [segment for segment in ahead if segment.channel == channel]
        if len({(segment.phase_duration_us, segment.pulse_period_us) for segment in own}) != 1:
            return None
        peak_ua = max(segment.top_ua for segment in own)
        elsewhere = [s for s in own if (s.amplitude_start_ua, s.amplitude_end_ua) != (peak_ua, peak_ua)]
        from_ns = max([from_ns, *(segment.end_ns for segment in elsewhere)])
    return from_ns if from_ns < compiled.closing_start_ns else None
