"""Readers and hostile bytes: what once went wrong, things as they are, and both damaged, without atheris."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readers import READERS, noise
from seeds import seeds

CUTS = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), st.binary(max_size=12))


@pytest.mark.parametrize("reader", READERS)
def test_what_is_kept_is_read_without_a_surprise(reader: str) -> None:
    for data in [b"", *seeds(reader), *(noise(seed) for seed in range(10))]:
        READERS[reader](data)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(which=st.integers(0, 1_000), cut=CUTS)
def test_what_is_damaged_is_read_without_a_surprise(reader: str, which: int, cut: tuple[int, int, bytes]) -> None:
    begin, end, instead = cut
    whole = [b"", *seeds(reader)]
    data = whole[which % len(whole)]
    at, to = sorted((begin % (len(data) + 1), end % (len(data) + 1)))
    READERS[reader](data[:at] + instead + data[to:])
