"""A copy under another name: what changes, and that nothing else does."""

import tomllib

import pytest

from stimctl.program import loader
from stimctl.program.copying import copied, is_name


@pytest.mark.parametrize("name", loader.library_names())
def test_a_copy_differs_in_title_and_id_only(name):
    text = loader.read_text(loader.find(name))
    before, after = tomllib.loads(text), tomllib.loads(copied(text, "my-own"))
    before.pop("id", None)
    assert after == {**before, "title": "My own"}


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ('#:schema x\ntitle = "A" # why\nid = "P01"\na = 1', '#:schema x\ntitle = "My own" # why\na = 1'),
        ("#:schema x\ntitle='A'\nid = 'P01' # note", '#:schema x\ntitle="My own"\n# note'),
        ('#:schema x\r\nid = "P"\r\n"title" = "A"\r\n', '#:schema x\n"title" = "My own"\n'),
        ('# mine\ntitle = "A"', '#:schema ./program.schema.json\n# mine\ntitle = "My own"'),
        ('\ufefftitle = "A"', '#:schema ./program.schema.json\ntitle = "My own"'),
        ('#:schema x\ntitle = "A"\n[[phase]]\nid = "kept"\n', '#:schema x\ntitle = "My own"\n[[phase]]\nid = "kept"\n'),
    ],
)
def test_comments_and_everything_else_stay(text, copy):
    assert copied(text, "my-own") == copy


def test_a_title_over_several_lines_is_not_cut():
    assert copied('title = """\nA\n"""\n', "my-own") is None


@pytest.mark.parametrize("name", ["a", "my-surface", "p2", "0", "a" * 60])
def test_small_letters_digits_and_hyphens_are_a_name(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "-", "a-", "-a", "a--b", "A", "é", "a b", "a.toml", "../a", "a/b", "a\n", "a" * 61]
)
def test_anything_else_is_none(name):
    assert not is_name(name)
