"""Where the outside is let in: clocks and waiting in one list, files, sockets and processes in another.

Everything else takes time and bytes as arguments. An entry is a file or a folder, with its reason; one that is no
longer needed fails as well.
"""

import pytest
from source import MODULES, modules_in, within

WAITING = {
    "stimctl/engine/loop.py": "the engine's one loop",
    "stimctl/engine/client.py": "a front end waits here for its engine",
    "stimctl/engine/command_pipe.py": "a stop waits a moment for another thread's line",
    "stimctl/engine/stop_by_hand.py": "stops the unit when the engine is gone: there is no loop to do it",
    "stimctl/engine/__main__.py": "dates the journal and gives the core its first instant",
    "stimctl/engine/journal.py": "a thread at its side syncs to disk; output and stop never wait for it",
    "stimctl/engine/capture.py": "a thread at its side writes; nothing waits for it but the end of the process",
    "stimctl/links/": "a simulated unit has a thread of its own",
    "stimctl/doctor/": "measures how late the system wakes who waits; asks tmux, and a process as an engine is one",
    "stimctl/cli/": "a front end",
    "stimctl/tui/": "a front end",
    "stimctl/api/": "a front end",
    "simulator/serve/": "keeps real time for a simulated unit",
    "simulator/__main__.py": "dates the record and waits for signals",
}
WORLD = {
    "stimctl/engine/loop.py": "reads the front end's pipe",
    "stimctl/engine/client.py": "starts the engine and reads its pipe",
    "stimctl/engine/command_pipe.py": "the pipe to the engine",
    "stimctl/engine/__main__.py": "signals, and the paths that it was started with",
    "stimctl/engine/journal.py": "the journal",
    "stimctl/engine/capture.py": "the file of a capture",
    "stimctl/engine/realtime.py": "asks the system for priority and locked memory",
    "stimctl/engine/control.py": "the socket that a stop comes in by from elsewhere",
    "stimctl/engine/outbox.py": "the pipe to the front end",
    "stimctl/links/": "ports and locks",
    "stimctl/program/loader.py": "program files",
    "stimctl/program/own_programs.py": "writes a person's own programs",
    "stimctl/places.py": "where things are kept",
    "stimctl/new_file.py": "writes what somebody asked for, and never over what is there",
    "stimctl/report/page.py": "reads its template",
    "stimctl/report/of_person.py": "takes the path of the file that is to be written",
    "stimctl/history/": "reads journals, and whose process is alive",
    "stimctl/doctor/": "looks at what the system shows of itself; writes nothing",
    "stimctl/care/person_file.py": "what is known of a person, for as long as they want it kept",
    "stimctl/care/people.py": "who there is",
    "stimctl/care/threshold_book.py": "thresholds, from one session to the next",
    "stimctl/cli/": "a front end",
    "stimctl/tui/keymap.py": "the keys of those who want other ones",
    "stimctl/tui/stop_driver.py": "what a terminal sends, before it is parsed",
    "stimctl/api/": "takes the path of a program file",
    "simulator/serve/": "ports",
    "simulator/record_file.py": "what was delivered, on disk",
    "simulator/event_file.py": "what a board did, on disk",
    "simulator/script.py": "reads a trace",
    "simulator/__main__.py": "its arguments name files",
}

CLOCKS_AND_WAITING = {
    *("time", "select", "selectors", "sched", "asyncio", "threading", "queue", "concurrent", "multiprocessing"),
    *("subprocess", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    *("datetime.date.today", "signal.pause", "signal.sigwait", "signal.sigtimedwait", "signal.setitimer"),
}
# It sets a size and starts nothing.
NO_WAITING = {"threading.stack_size"}
FILES_SOCKETS_PROCESSES = {
    *("open", "input", "io", "os", "pathlib", "shutil", "tempfile", "glob", "mmap", "ctypes", "sqlite3"),
    *("socket", "socketserver", "ssl", "http", "urllib", "subprocess", "serial", "platformdirs"),
    *("fcntl", "termios", "tty", "pty", "resource", "grp", "pwd"),
}
POSIX_ONLY = {"fcntl", "termios", "tty", "pty", "resource", "grp", "pwd"}
POSIX_ROOMS = ("stimctl/links/", "stimctl/engine/realtime.py", "simulator/serve/")


def used_by(modules, roots, but=frozenset()):
    """(file, line, name) of each use."""
    return [
        (module.path, line, name)
        for module in modules
        for name, line in module.uses.items()
        if within(name, roots) and name not in but
    ]


TABLES = pytest.mark.parametrize(
    ("allowed", "uses"),
    [
        pytest.param(WAITING, used_by(MODULES, CLOCKS_AND_WAITING, NO_WAITING), id="clocks and waiting"),
        pytest.param(WORLD, used_by(MODULES, FILES_SOCKETS_PROCESSES), id="files, sockets, processes"),
    ],
)


@TABLES
def test_the_outside_is_let_in_only_where_the_list_says(allowed, uses):
    assert [f"{path}:{line} uses {name}" for path, line, name in uses if not path.startswith(tuple(allowed))] == []


@TABLES
def test_every_entry_of_the_list_is_needed(allowed, uses):
    assert [entry for entry in allowed if not any(path.startswith(entry) for path, _, _ in uses)] == []


def test_what_only_posix_has_is_imported_at_once_only_by_ports():
    wrong = [
        f"{module.path}:{one.line} imports {one.name}"
        for module in MODULES
        for one in module.imports
        if one.at_module_level and within(one.name, POSIX_ONLY) and not module.path.startswith(POSIX_ROOMS)
    ]
    assert wrong == []


def test_only_links_know_serial_ports():
    knowing = {m.path for m in MODULES for one in m.imports if within(one.name, {"serial"})}
    assert [path for path in knowing if not path.startswith("stimctl/links/")] == []


def test_nobody_sleeps():
    sleeping = used_by([*MODULES, *modules_in("tests")], {"time.sleep", "asyncio.sleep"})
    assert [f"{path}:{line}" for path, line, _ in sleeping] == []
