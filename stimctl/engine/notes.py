"""What a person says in the middle of a session, a note or how strong the pain is: kept and told, nothing else."""

from unicodedata import category

from stimctl.engine import messages as say

__all__ = ["LONGEST_NOTE", "WORST_PAIN", "noted"]

LONGEST_NOTE = 200
WORST_PAIN = 10
# Control characters, those that turn text around, half characters, and ends of lines: a note is one line of plain text.
_NOT_PLAIN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def noted(said: say.Note | say.Pain) -> say.User | say.Refused:
    """What is to be told of it, or why it is not taken."""
    if isinstance(said, say.Pain):
        if not 0 <= said.score <= WORST_PAIN:
            return say.Refused(rule="pain", why=f"pain is {said.score}, allowed are 0 to {WORST_PAIN}")
        return say.User(action="pain", why=str(said.score))
    if not said.text.strip() or len(said.text) > LONGEST_NOTE:
        return say.Refused(rule="note", why=f"a note of {len(said.text)} characters, allowed are 1 to {LONGEST_NOTE}")
    if any(category(character) in _NOT_PLAIN for character in said.text):
        return say.Refused(rule="note", why="a note is one line of plain text, without control characters")
    return say.User(action="note", why=said.text)
