"""A paste is seen in the bytes as they come, however they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimctl.tui.paste_watch import PasteWatch

BEGIN, END = b"\x1b[200~", b"\x1b[201~"


@pytest.mark.parametrize("cut", range(1, len(BEGIN)))
def test_a_beginning_that_is_cut_anywhere_is_seen(cut):
    watch = PasteWatch()
    assert not watch.feed(b"ab" + BEGIN[:cut])
    assert watch.feed(BEGIN[cut:])
    assert watch.feed(b" ")


@pytest.mark.parametrize("cut", range(1, len(END)))
def test_after_its_end_keys_are_keys_again(cut):
    watch = PasteWatch()
    assert watch.feed(BEGIN + b"abc")
    assert watch.feed(END[:cut])
    assert watch.feed(END[cut:]), "it was open when these came"
    assert not watch.feed(b" ")


def test_a_paste_in_one_piece_is_one_and_over():
    watch = PasteWatch()
    assert watch.feed(BEGIN + b"a b" + END)
    assert not watch.feed(b" ")


@given(st.lists(st.sampled_from([BEGIN, END, b" ", b"a", b"\x1b", b"[", b"200~", b"201~"])), st.data())
def test_whether_it_is_open_does_not_depend_on_the_cuts(pieces, data):
    content = b"".join(pieces)
    whole, cut = PasteWatch(), PasteWatch()
    whole.feed(content)
    while content:
        many = data.draw(st.integers(1, len(content)))
        cut.feed(content[:many])
        content = content[many:]
    assert whole.feed(b"x") == cut.feed(b"x")
