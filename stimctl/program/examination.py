"""A program's text, examined: the program, or all that is wrong with it, each where it stands.

Rule 1: pure; a file's path is only a name here, to be printed.
Rule 2: what needs pydantic or tree-sitter imports it late: listing programs does without the first, and reading what is
        right without the second.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stimctl.program.schema import ProgramFile
    from stimctl.program.snippet import Spot

__all__ = ["Faults", "document_of", "examined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Why a text is no program that may run.

    `message` is all of it, printed; `spots` are the same, in the order of the text, and none where it is about the text
    as a whole. `unsafe`: it is well-formed, and what it asks for is unsafe.
    """

    message: str
    spots: "tuple[Spot, ...]" = ()
    unsafe: bool = False


def examined(path: str, text: str) -> "ProgramFile | Faults":
    """The program that `text` is, checked and linted."""
    document = document_of(path, text)
    if isinstance(document, Faults):
        return document
    if not document:
        return Faults(message=f"{path}: says nothing; begin with a copy: stimctl programs new NAME --from demo")
    from pydantic import ValidationError

    from stimctl.program.mixups import fractions
    from stimctl.program.schema import ProgramFile

    wrong = fractions(document)
    try:
        program = ProgramFile.model_validate(document)
    except ValidationError as invalid:
        from stimctl.program.complaints import complaints

        wrong += complaints(invalid, document)
    if wrong:
        from stimctl.program.report import listed, spots_of

        spots = spots_of(text, document, wrong)
        return Faults(message=listed(path, text, spots), spots=tuple(spots))
    from stimctl.program.lint import lint

    unsafe = lint(program)
    if unsafe:
        from stimctl.program.report import listed, spots_of

        spots = spots_of(text, document, unsafe)
        return Faults(message=listed(path, text, spots), spots=tuple(spots), unsafe=True)
    return program


def document_of(path: str, text: str) -> Mapping[str, object] | Faults:
    """What `text` says as TOML, whatever it is about."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        return Faults(message=f"{path}: not TOML that can be read: nested too deeply")
    except ValueError as failed:
        # of its own errors, and of the one of Python's that it lets through: a number of more than 4300 digits
        from stimctl.program.snippet import pointed
        from stimctl.program.syntax import TOO_LONG, spots_of_no_toml

        if str(failed).startswith(TOO_LONG):
            return Faults(message=f"{path}: a whole number in it has more than 4300 digits; is it the right file?")
        spots = spots_of_no_toml(text, str(failed))
        return Faults(message="\n".join(pointed(path, text, spot) for spot in spots), spots=tuple(spots))
