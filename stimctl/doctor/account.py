"""Who runs this, as far as opening ports goes: root or not, and which groups."""

import os
from dataclasses import dataclass

__all__ = ["Account", "account_here", "group_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`held` are the groups of this login, `listed` those of the next one, `known` all that the system has."""

    name: str
    root: bool
    held: frozenset[str]
    listed: frozenset[str]
    known: frozenset[str]


def account_here() -> Account:
    """The user of this process; elsewhere than on POSIX one without any group."""
    if os.name != "posix":
        return Account(name="", root=False, held=frozenset(), listed=frozenset(), known=frozenset())
    import grp
    import pwd

    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        # a user by number alone, as in containers
        name = str(os.geteuid())
    held_ids = {os.getegid(), *os.getgroups()}
    groups = grp.getgrall()
    return Account(
        name=name,
        root=os.geteuid() == 0,
        held=frozenset(group.gr_name for group in groups if group.gr_gid in held_ids),
        listed=frozenset(group.gr_name for group in groups if name in group.gr_mem),
        known=frozenset(group.gr_name for group in groups),
    )


def group_of(path: str) -> str:
    """The group that a device's node belongs to; empty where nobody knows."""
    if os.name != "posix":
        return ""
    import grp

    try:
        return grp.getgrgid(os.stat(path).st_gid).gr_name
    except (OSError, KeyError):
        return ""
