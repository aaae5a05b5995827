"""The audit shares no code with what it judges, and answers all that is asked of an audit."""

import ast
from pathlib import Path

import stimctl.safety.audit_stimlink
from stimctl.safety.audit import Audit
from stimctl.safety.audit_stimlink import StimlinkAudit


def test_it_answers_every_call_of_an_audit() -> None:
    calls = {name for name in vars(Audit) if not name.startswith("_")}
    assert calls == {"agree", "expect", "hold", "forget", "sent", "received", "stop_is_sound"}
    assert calls <= set(vars(StimlinkAudit))


def test_it_imports_nothing_of_the_protocol_or_of_the_drivers() -> None:
    tree = ast.parse(Path(stimctl.safety.audit_stimlink.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    own = {str(module) for module in modules if str(module).startswith(("stimctl", "firmware", "simulator"))}
    assert own == {"stimctl.clock", "stimctl.model.limits", "stimctl.model.segment", "stimctl.safety.clearance"}
