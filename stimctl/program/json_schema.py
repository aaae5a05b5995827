"""The program format as JSON Schema, for editors: the models' own schema, and a sentence for each key."""

import json

from stimctl.program.schema import ProgramFile

__all__ = ["program_schema", "program_schema_text"]

# The key as in the file: what it means, as an editor shows it.
_KEYS = {
    "format": "The version of this format.",
    "id": "A short name; programs of the library have P01, P02 and so on.",
    "title": "The program's title; in lower case with hyphens it is the program's name.",
    "aim": "What it is for, in a sentence.",
    "technique": "The technique of massage that it follows.",
    "evidence": "What is known about it, and what is not.",
    "sources": "Where its figures come from.",
    "injuries": "Kinds of injury that it is meant for.",
    "class": "What the strongest of it is felt as; decides which limits hold.",
    "profiles": "The profiles of limits that it may run under.",
    "channels": "The channels that it uses, as numbered on the box.",
    "phase": "The phases, one after the other.",
    "name": "The phase's name, its own within the program.",
    "depth": "How deep it is meant to be felt; the warm-up is surface.",
    "minutes": "How long the phase lasts, in minutes.",
    "intensity_pct": "One number or [from, to]; % of the range from sensory threshold to comfortable maximum.",
    "ramp": "How the intensity goes from the first value to the second; left out: at once, as slowly as limits ask.",
    "shape": "The shape of the way.",
    "seconds": 'How long it takes, in seconds; a ramp may also take until the end: "to-end".',
    "rate_hz": "Pulses a second, in Hz; a number, or a table in which it changes.",
    "phase_duration_us": "Duration of one phase of a pulse (pulse width), in µs, or a table in which it changes.",
    "sweep": "From the first value to the second and back, over and over.",
    "drift": "From the first value to the second over the whole phase.",
    "steps": "Each of these values for an equal part of the phase.",
    "alternate": "Half of the period on each of the two values.",
    "period_s": "How long one turn takes, in seconds.",
    "envelope": "How the amplitude swells and falls within the phase.",
    "kind": "Which envelope; the other keys depend on it.",
    "depth_pct": "How far it falls between two tops, in % of the top.",
    "up_s": "Rise of each train, in seconds.",
    "hold_s": "Time at the top of each train, in seconds.",
    "down_s": "Fall of each train, in seconds.",
    "on_s": "Length of each burst, in seconds, with its edges.",
    "off_s": "Rest between two of them, in seconds.",
    "then": "Slow beats in the rest between two trains.",
    "top_pct": "The top of the beats, in % of the train's.",
    "alternate_channels": "Whether the channels take turns instead of swelling together.",
    "delay_s": "How much later a channel begins its envelope, in seconds, by the channel's number.",
    "channel": "What is different on some channels: a table for each, by its number.",
    "only_if": "A question that is answered before the unit is armed.",
    "pain_at_rest_at_most": "The answer, from 0 to 10, up to which the phase is run.",
    "else_repeat": "The name of the phase that is repeated in its place otherwise.",
}


def program_schema() -> dict[str, object]:
    """The schema; where the models describe a key themselves, in their words."""
    schema = ProgramFile.model_json_schema()
    for table in (schema, *schema.get("$defs", {}).values()):
        for key, of in table.get("properties", {}).items():
            if key in _KEYS:
                of.setdefault("description", _KEYS[key])
    return schema


def program_schema_text() -> str:
    """The same as the file that is shipped beside the programs."""
    return json.dumps(program_schema(), indent=2, ensure_ascii=False) + "\n"
