"""Other keys: what a keymap file may say, and that stop keys stay what they are."""

import asyncio

import pytest
from tui_bench import made, running

from stimctl.engine import messages as say
from stimctl.errors import ConfigError
from stimctl.tui.app import known_keys
from stimctl.tui.keymap import keymap_path, load_keymap, parse_keymap

PLACES = [
    {
        "channels.less": "down",
        "channels.more": "up",
        "channels.start": "s",
        "run.notes": "n",
        "run.leave": "enter,escape",
    },
    {"history.again": "r"},
]


def parsed(text: str) -> dict[str, str]:
    return parse_keymap(text.encode(), "keymap.toml", PLACES)


def test_keys_are_taken_by_the_id_of_their_binding():
    assert parsed('[keys]\n"channels.less" = "j, down"\n') == {"channels.less": "j,down"}


def test_an_empty_file_changes_nothing():
    assert parsed("") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[keys]\n"channels.les" = "j"', "did you mean 'channels.less'"),
        ('[keys]\n"channels.less" = 3', "names of keys"),
        ('[keys]\n"channels.less" = " , "', "names of keys"),
        ('[keys]\n"channels.less" = "space"', "space stops"),
        ('[keys]\n"channels.less" = "j,f12"', "f12 stops"),
        ('[keys]\n"channels.less" = "up"', "both have the key up"),
        ('[keys]\n"channels.less" = "j"\n"channels.more" = "j"', "both have the key j"),
        ('[keys]\n"run.notes" = "s"', "'channels.start' and 'run.notes' would both have the key s"),
        ("keys = 1", "is a table"),
        ("[other]", "only [keys]"),
        ("[keys", "not TOML"),
    ],
)
def test_what_cannot_be_used_is_told(text, said):
    with pytest.raises(ConfigError, match=r"keymap\.toml") as told:
        parsed(text)
    assert said in str(told.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ConfigError, match="2 things are wrong"):
        parsed('[keys]\n"nothing" = "j"\n"run.notes" = "f12"')


def test_one_key_may_mean_two_things_in_two_places():
    assert parsed('[keys]\n"history.again" = "n"') == {"history.again": "n"}


def test_a_key_that_stops_may_keep_what_it_means_at_zero():
    assert parsed('[keys]\n"run.leave" = "escape,b"') == {"run.leave": "escape,b"}


def test_there_need_not_be_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    assert load_keymap(PLACES) == {}
    keymap_path().parent.mkdir()
    keymap_path().write_text('[keys]\n"run.notes" = "m"\n', encoding="utf-8")
    assert load_keymap(PLACES) == {"run.notes": "m"}


def test_every_screen_has_its_keys_among_those_that_can_be_changed():
    known = {name for place in known_keys() for name in place}
    assert {"app.quit", "prepare.arm", "channels.less", "run.notes", "calibrate.comfort", "history.again"} <= known


def test_another_key_does_what_the_first_did():
    async def scenario():
        app, lines = made(keymap={"channels.less": "j"})
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await pilot.press("j")
            assert line.commands[-1] == say.Down(1)

    asyncio.run(scenario())
