"""The linter: what is unsafe about a program by what its file says, whoever will feel it.

What the schema holds is held already; what depends on a person or a unit, `compile` and the governor say.

Rule 1: pure, and everything at once. Findings come in the order of the phases and of their keys in the schema.
Rule 2: a rule is judged for every profile that the program names; where several complain of a place, the strictest
        alone is heard.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from stimctl.program import lint_envelopes, lint_rules
from stimctl.program.finding import Finding, Place
from stimctl.program.lint_view import Case
from stimctl.program.schema import ChannelTable, PhaseTable, ProgramFile

__all__ = ["RULES", "Rule", "lint"]

Rule = Callable[[Case], Iterator[Finding]]

RULES: dict[str, Rule] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        lint_rules.tetanic_is_clinical,
        lint_rules.blow_is_sensory_only,
        lint_rules.contraction_on_strained_muscle_is_clinical,
        lint_rules.program_not_too_long,
        lint_rules.ends_with_a_cool_down,
        lint_rules.no_upward_jump,
        lint_rules.rises_slowly,
        lint_rules.ramp_leaves_a_hold,
        lint_rules.rate_within_profile,
        lint_rules.sensory_has_no_separate_beats,
        lint_rules.phase_duration_within_profile,
        lint_rules.repeats_nothing_deeper,
        lint_envelopes.train_ramps_leave_a_hold,
        lint_envelopes.train_edges_are_slow,
        lint_envelopes.active_rest_is_slow_and_weak,
        lint_envelopes.what_fuses_strongly_is_contraction,
        lint_envelopes.contraction_has_rests,
        lint_envelopes.contraction_is_let_go,
        lint_envelopes.burst_is_not_cut,
        lint_envelopes.delay_is_within_a_cycle,
        lint_envelopes.alternates_or_delays,
        lint_envelopes.alternating_cycles_are_equal,
    )
}

_STRICTEST_FIRST = ("consumer", "clinical")
_KEYS = {table: list(table.model_fields) for table in (ProgramFile, PhaseTable, ChannelTable)}


def lint(program: ProgramFile, profile: str | None = None) -> list[Finding]:
    """Everything that is unsafe about `program`, judged for all profiles that it names, or for this one, named or not.

    KeyError for a profile that there is not.
    """
    profiles = [one for one in _STRICTEST_FIRST if one in program.profiles] if profile is None else [profile]
    found: dict[tuple[Place, str], Finding] = {}
    for name, rule in RULES.items():
        for one in profiles:
            for finding in rule(Case(program, one)):
                found.setdefault((finding.place, name), replace(finding, rule=name))
    return sorted(found.values(), key=lambda finding: _in_file_order(finding.place))


def _in_file_order(place: Place) -> tuple[int, ...]:
    match place:
        case ("phase", int(index), "channel", str(channel), str(key), *_):
            return (1, index, _KEYS[PhaseTable].index("channel"), int(channel), _KEYS[ChannelTable].index(key))
        case ("phase", int(index), str(key), *below):
            return (1, index, _KEYS[PhaseTable].index(key), *(part for part in below if isinstance(part, int)))
        case _:
            return (0, _KEYS[ProgramFile].index(str(place[0])))
