"""What the engine asks of the system so that it is woken in time: priority, memory that stays, no collector pauses.

It goes on without what it is not given, and says which it got.
"""

import ctypes
import gc
import os
import sys
import threading

__all__ = ["ask_for_realtime"]

_PRIORITY = 20
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_PR_SET_TIMERSLACK = 29
_STACK_BYTES = 256 * 1024


def ask_for_realtime() -> str:
    """Ask for everything; what was given, in words."""
    threading.stack_size(_STACK_BYTES)
    gc.collect()
    gc.freeze()
    gc.disable()
    if not sys.platform.startswith("linux"):
        return "collector off"
    given = ["collector off"]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0) == 0:
        given.append("timer slack 1 ns")
    # ONFAULT: only what is touched is locked, or every unused page of the interpreter would be.
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0:
        given.append("memory locked")
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
        given.append(f"SCHED_FIFO {_PRIORITY}")
    except OSError:
        given.append("ordinary priority")
    return ", ".join(given)
