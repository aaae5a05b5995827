"""What the openEMSstim firmware makes of text: figures of the measurements, not of our code."""

import pytest

from simulator.devices.openemsstim_commands import Fields, fields_of, hex_decoded, hex_part, wiper_of

# Measured for intensity 0 to 100, on both channels.
WIPERS = """
201 200 198 197 195 194 192 190 189 187
186 184 182 181 179 178 176 174 173 171
170 168 166 165 163 162 160 158 157 155
154 152 150 149 147 146 144 142 141 139
138 136 134 133 131 130 128 126 125 123
122 120 118 117 115 114 112 110 109 107
106 104 102 101 99 98 96 94 93 91
90 88 86 85 83 82 80 78 77 75
74 72 70 69 67 66 64 62 61 59
58 56 54 53 51 50 48 46 45 43
42
"""
BEYOND = {101: 40, 110: 26, 120: 10, 125: 2, 126: 0, 205: 0, 206: 255, 300: 255, 400: 216, 500: 57, 614: 0, 820: 200}


def test_every_intensity_has_the_position_that_was_measured() -> None:
    assert [wiper_of(intensity) for intensity in range(101)] == [int(word) for word in WIPERS.split()]


@pytest.mark.parametrize(("intensity", "wiper"), [*BEYOND.items(), (999, 0), (-1, 202)])
def test_an_intensity_that_is_not_meant_has_the_position_that_was_measured(intensity: int, wiper: int) -> None:
    assert wiper_of(intensity) == wiper


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        (b"433049313030543130303047", b"C0I100T1000G"),
        (b"EDDAE9DFDAFEDDDADAE7", b"C0I50T300G"),
        (b"4f", b"\xff"),
        (b"434", b"C\xff"),
        (b"4F4D", b"EC"),
        (b"", b""),
    ],
)
def test_letters_count_nought_to_five_and_what_is_no_pair_is_255(digits: bytes, text: bytes) -> None:
    assert hex_decoded(digits) == text


@pytest.mark.parametrize(
    ("line", "digits"),
    [
        (b"WV,0018,4330.", b"4330"),
        (b"WV,0018,4330", b"433"),
        (b"WV,,47.", b"47"),
        (b"WV4330.", b"WV4330"),
        (b"WV", b"W"),
        (b"WV,", b","),
    ],
)
def test_the_last_character_is_dropped_whatever_it_is(line: bytes, digits: bytes) -> None:
    assert hex_part(line) == digits


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (b"C0I50T300G", Fields(0, 300, 50)),
        (b"GT300I50C1", Fields(1, 300, 50)),
        (b"C1C0I5T9G", Fields(1, 9, 5)),
        (b"G", Fields(-1, None, None)),
        (b"CG", Fields(-1, None, None)),
        (b"C0IT1000G", Fields(0, 1000, -1)),
        (b"C0I50T-5G", Fields(0, -1, 50)),
        (b"C65536I1T1G", Fields(0, 1, 1)),
        (b"C0T66036G", Fields(0, 500, None)),
        (b"C0T70000G", Fields(0, 4464, None)),
        (b"C0T32768G", Fields(0, -32768, None)),
        (b"C0T32767G", Fields(0, 5000, None)),
    ],
)
def test_fields_are_first_occurrences_of_sixteen_bits(command: bytes, fields: Fields) -> None:
    assert fields_of(command) == fields
