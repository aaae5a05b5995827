"""Every screen is drawn as it is kept in docs/screens; `make screens` writes them anew, to be looked at."""

from xml.etree import ElementTree

import pytest
from screens import HERE, SCENES, draw, files_of

EACH = [pytest.param(name, size, id=f"{name}-{size[0]}x{size[1]}") for name in SCENES for size in SCENES[name].sizes]


@pytest.mark.parametrize(("name", "size"), EACH)
def test_a_screen_is_as_it_was_looked_at(name, size):
    svg, text = files_of(name, size)
    picture = draw(SCENES[name], size)
    assert picture.text + "\n" == text.read_text(encoding="utf-8"), "look at it: make screens"
    # colours and styles too
    assert picture.svg == svg.read_text(encoding="utf-8")


def test_there_are_no_pictures_of_screens_that_are_gone():
    kept = {path.name for path in HERE.iterdir()} - {"report.png"}
    assert kept == {path.name for name in SCENES for size in SCENES[name].sizes for path in files_of(name, size)}


def test_pictures_load_nothing_from_elsewhere():
    for path in HERE.glob("*.svg"):
        content = path.read_text(encoding="utf-8")
        ElementTree.fromstring(content)
        assert "url(http" not in content
        assert "@font-face" not in content
