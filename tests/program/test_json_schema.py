"""The JSON Schema of program files: that of the models, with a sentence for every key."""

import json

from stimctl.program import loader
from stimctl.program.json_schema import program_schema, program_schema_text


def tables():
    schema = program_schema()
    return [schema, *schema["$defs"].values()]


def test_the_schema_in_the_library_is_that_of_the_models():
    # after a change: stimctl schema program -o stimctl/program/library/program.schema.json
    shipped = loader.find("demo").parent / "program.schema.json"
    assert shipped.read_text(encoding="utf-8") == program_schema_text()


def test_every_key_is_described():
    assert [
        key for table in tables() for key, of in table.get("properties", {}).items() if "description" not in of
    ] == []


def test_keys_are_called_as_in_the_file():
    assert {"class", "phase"} <= set(program_schema()["properties"])


def test_a_table_takes_no_unknown_key():
    assert [table["title"] for table in tables() if "properties" in table and table["additionalProperties"]] == []


def test_it_is_json():
    assert json.loads(program_schema_text()) == program_schema()
