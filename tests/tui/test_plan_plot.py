"""The plot as a terminal shows it: what is known, in patterns, and painted only when it looks different."""

import asyncio
from random import Random

import pytest
from textual.app import App

from stimctl.tui.braille import Scale
from stimctl.tui.plan_plot import PlanPlot

# Up in a minute, level for three, down in one: 20 mA at most.
HILL = [(0, 0), (60_000, 20_000), (240_000, 20_000), (300_000, 0)]
LASTS_MS = 300_000
SIZES = pytest.mark.parametrize("size", [(60, 12), (100, 20)], ids=["60x12", "100x20"])


class Plot(PlanPlot):
    """Counts the lines that it is asked for."""

    lines = 0

    def render_line(self, y):
        self.lines += 1
        return super().render_line(y)


class Shown(App):
    def __init__(self, *, ascii_only=False):
        super().__init__()
        self.plot = Plot(ascii_only=ascii_only)

    def compose(self):
        yield self.plot

    def text(self):
        """Row after row of what stands on the screen."""
        return ["".join(part.text for part in strip) for strip in self.screen._compositor.render_strips(self.size)]


def see(does, size=(60, 12), *, ascii_only=False, plan=None, limit_ua=25_000):
    """What `does` returns, given the app, its plot with a plan, and a pilot."""

    async def run():
        app = Shown(ascii_only=ascii_only)
        async with app.run_test(size=size) as pilot:
            if plan != {}:
                app.plot.set_plan(plan or {1: HILL}, LASTS_MS, limit_ua)
            await pilot.pause()
            return await does(app, app.plot, pilot)

    return asyncio.run(run())


def shown(does, **how):
    """The rows on the screen after `does` was called with the plot."""

    async def look(app, plot, pilot):
        does(plot)
        await pilot.pause()
        return app.text()

    return see(look, **how)


def deliver(plot, until_ms, ua=10_000, channel=1, every_ms=200):
    for at_ms in range(0, until_ms + 1, every_ms):
        plot.add_delivered(channel, at_ms, ua)


def curves(rows):
    """The cells right of the scale, between heading and axis."""
    return [row[3:] for row in rows[1:-2]]


def column(rows, at):
    return "".join(row[at] for row in curves(rows))


def count(rows, *glyphs):
    return sum(row.count(glyph) for row in curves(rows) for glyph in glyphs)


# -- what it looks like


def test_a_plan_in_ascii_is_drawn_to_the_cell():
    assert shown(lambda plot: None, size=(43, 9), ascii_only=True) == [
        "plan ... delivered # (mA)     whole session",
        "  |- - - - - - - - - - - - - - - - - - - - ",
        "20+       ..........................       ",
        "  |     ...                        ...     ",
        "10+   ...                            ...   ",
        "  |....                                ....",
        "  |.                                      .",
        " 0++-------+-------+-------+-------+------+",
        "   0:00    1:00    2:00    3:00    4:00    ",
    ]


def test_in_braille_a_plan_is_dotted_what_is_delivered_solid_and_the_limit_dashed():
    assert shown(lambda plot: deliver(plot, 150_000), size=(43, 9)) == [
        "plan ··· delivered ▬ (mA)     whole session",
        "  │⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ",
        "20┤      ⡀⡂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⡂⡀      ",
        "  │     ⡂⠂                          ⠂⡂     ",
        "10┤⠤⠤⠤⠤⠥⠥⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠄             ⠁⠅⠄   ",
        "  │ ⠄⠅⠁                                ⠁⠅⠄ ",
        "  │⡂⠃                                    ⠃⡂",
        " 0┼┬───────┬───────┬───────┬───────┬──────┬",
        "   0:00    1:00    2:00    3:00    4:00    ",
    ]


@SIZES
def test_it_fills_the_screen_with_a_heading_two_scales_and_curves(size):
    width, height = size
    rows = shown(lambda plot: deliver(plot, 60_000), size=size)
    assert [len(row) for row in rows] == [width] * height
    assert rows[0].startswith("plan ··· delivered ▬ limit - - 25 mA")
    assert rows[0].endswith("whole session")
    assert rows[-2].startswith(" 0┼┬──")
    assert rows[-1].split()[:2] == ["0:00", "0:30"] if width == 100 else ["0:00", "1:00"]
    assert any(row.startswith("20┤") for row in rows)


@SIZES
def test_in_ascii_there_is_nothing_else(size):
    def busy(plot):
        deliver(plot, 60_000)
        deliver(plot, 60_000, channel=2)
        plot.set_now(60_000)
        plot.select(1)

    rows = shown(busy, size=size, ascii_only=True)
    assert "".join(rows).isascii()
    assert min(count(rows, glyph) for glyph in ".#-|") > 0


@pytest.mark.parametrize("size", [(20, 5), (200, 50)], ids=["20x5", "200x50"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_smallest_and_the_largest_terminal_have_a_plot(size, ascii_only):
    rows = shown(lambda plot: deliver(plot, 60_000), size=size, ascii_only=ascii_only)
    assert "(mA)" in rows[0]
    assert rows[-1].lstrip().startswith("0:00")
    assert any(set(row) - {" "} for row in curves(rows))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 3), (19, 4)])
def test_less_room_than_that_is_no_error(size):
    rows = shown(lambda plot: deliver(plot, 60_000), size=size)
    assert len(rows) == size[1]


def test_without_a_plan_a_sentence_says_so():
    rows = see(lambda app, plot, pilot: said(app), plan={})
    assert [row.strip() for row in rows if row.strip()] == ["no program chosen"]


async def said(app):
    return app.text()


def test_a_plan_that_is_taken_away_is_no_program():
    rows = shown(lambda plot: plot.set_plan({}, 0, None))
    assert [row.strip() for row in rows if row.strip()] == ["no program chosen"]


# -- what is known


def test_where_nothing_was_delivered_nothing_is_drawn():
    def with_a_hole(plot):
        deliver(plot, 100_000)
        for at_ms in range(200_000, 260_000, 200):
            plot.add_delivered(1, at_ms, 10_000)

    rows = shown(with_a_hole, size=(63, 12), ascii_only=True, plan={1: [(0, 0), (1, 0)]})
    assert rows[2] == "10+" + "#" * 21 + " " * 19 + "#" * 12 + " " * 8


def test_what_is_before_plan_zero_is_not_drawn():
    def early(plot):
        deliver(plot, 60_000)
        plot.add_delivered(1, -200, 20_000)

    assert shown(early) == shown(lambda plot: deliver(plot, 60_000))


def test_what_was_forgotten_is_gone_and_its_scale_too():
    async def look(app, plot, pilot):
        before = app.text()
        deliver(plot, 60_000, ua=90_000)
        await pilot.pause()
        high = app.text()
        plot.clear_delivered()
        await pilot.pause()
        return before, high, app.text()

    before, high, after = see(look)
    assert high != before
    assert after == before


def test_what_is_over_the_top_widens_the_scale_so_that_it_is_seen():
    rows = shown(lambda plot: deliver(plot, 60_000, ua=60_000), ascii_only=True)
    assert any(row.startswith("60+") for row in rows)
    assert count(rows, "#") > 0


def test_a_limit_far_above_the_plan_is_written_and_not_drawn():
    rows = shown(lambda plot: None, size=(100, 12), limit_ua=100_000)
    assert "limit 100 mA, off the scale" in rows[0]
    assert rows[1].startswith("20┤")


def test_a_plan_without_a_limit_has_none():
    rows = shown(lambda plot: None, size=(100, 12), limit_ua=None, ascii_only=True)
    assert "limit" not in rows[0]
    assert count(rows, "-") == 0


def test_the_peak_of_every_column_of_a_dense_plan_is_drawn():
    chance = Random(7)
    points = [(at * 10, chance.choice((1, 5_000, 20_000)) * chance.randint(1, 9) // 9) for at in range(30_000)]
    plotted = curves(shown(lambda plot: None, size=(203, 29), plan={1: points}, ascii_only=True))
    cells, dots = len(plotted[0]), len(plotted)
    scale = Scale(top_ua=25_000, limit_ua=25_000, dots=dots)
    peaks = [max(ua for at_ms, ua in points if at_ms * cells // LASTS_MS == at) for at in range(cells)]
    assert [plotted[dots - 1 - scale.dot_of(peak)][at] for at, peak in enumerate(peaks)] == ["."] * cells


# -- now, channels, zoom


def test_now_is_a_line_that_curves_cross():
    def at_now(plot):
        deliver(plot, 150_000)
        plot.set_now(150_000)

    rows = shown(at_now, size=(63, 12))
    assert column(rows, 30).count("┊") == 8
    assert count(rows, "┊") == 8


def test_now_leaves_no_trace_where_it_was():
    async def look(app, plot, pilot):
        before = app.text()
        for now_ms in (0, 100_000, 250_000, LASTS_MS, None):
            plot.set_now(now_ms)
            await pilot.pause()
        return before, app.text()

    before, after = see(look)
    assert after == before


def test_of_two_channels_the_selected_is_told_by_its_pattern():
    def both(plot):
        deliver(plot, LASTS_MS, ua=18_000)
        deliver(plot, LASTS_MS, ua=4_000, channel=2)
        plot.select(2)

    rows = shown(both, size=(103, 12), plan={1: HILL, 2: HILL})
    assert "channel 2, others ▬ ▬" in rows[0]
    other, meant = rows[3][3:], rows[8][3:]
    assert "⠤⠤⠤ ⠤⠤⠤ ⠤⠤⠤" in other
    assert " " not in meant


def test_zoom_shows_a_minute_around_now_and_goes_back():
    async def look(app, plot, pilot):
        plot.set_now(150_000)
        await pilot.pause()
        whole = app.text()
        plot.zoom()
        await pilot.pause()
        near = app.text()
        plot.zoom()
        await pilot.pause()
        return whole, near, app.text()

    whole, near, again = see(look, size=(63, 12))
    assert near[0].endswith("60 s")
    assert near[-1].split() == ["1:50", "2:00", "2:10", "2:20", "2:30", "2:40"]
    assert column(near, 45).count("┊") == 9
    assert again == whole


def test_a_window_that_moves_along_shows_what_a_fresh_one_would():
    async def look(app, plot, pilot):
        plot.zoom()
        plot.select(1)
        for at_ms in range(100_000, 160_000, 200):
            plot.add_delivered(1, at_ms, 10_000 + at_ms // 50)
            plot.add_delivered(2, at_ms, 3_000)
            plot.set_now(at_ms)
            if at_ms % 1_000 == 0:
                await pilot.pause()
        await pilot.pause()
        scrolled = app.text()
        plot.zoom()
        plot.zoom()
        await pilot.pause()
        return scrolled, app.text()

    scrolled, fresh = see(look, plan={1: HILL, 2: HILL})
    assert scrolled == fresh


def test_at_both_ends_of_a_session_the_window_stays_within():
    async def look(app, plot, pilot):
        plot.zoom()
        labels = []
        for now_ms in (0, LASTS_MS, 10 * LASTS_MS):
            plot.set_now(now_ms)
            await pilot.pause()
            labels.append(app.text()[-1].split()[0])
        return labels

    assert see(look) == ["0:00", "4:00", "4:00"]


def test_a_session_of_less_than_a_minute_is_never_wider_than_itself():
    def short(plot):
        plot.set_plan({1: [(0, 0), (20_000, 5_000)]}, 20_000, 9_000)
        plot.zoom()

    rows = shown(short)
    assert rows[0].endswith("20 s")


# -- painting


def test_delivered_values_seen_one_by_one_look_like_all_at_once():
    async def look(app, plot, pilot):
        for at_ms in range(0, 120_000, 200):
            plot.add_delivered(1, at_ms, at_ms * 10 % 23_000)
            if at_ms % 2_000 == 0:
                await pilot.pause()
        await pilot.pause()
        one_by_one = app.text()
        plot.zoom()
        plot.zoom()
        await pilot.pause()
        return one_by_one, app.text()

    one_by_one, at_once = see(look)
    assert one_by_one == at_once


def test_nothing_is_painted_when_nothing_looks_different():
    async def look(app, plot, pilot):
        deliver(plot, 100_000)
        plot.set_now(100_000)
        await pilot.pause()
        plot.lines = 0
        for more_ms in range(0, 1_000, 200):
            plot.add_delivered(1, 100_000 + more_ms, 10_000)
            plot.set_now(100_000 + more_ms)
            plot.select(None)
            await pilot.pause()
        return plot.lines

    assert see(look) == 0


def test_a_value_paints_the_rows_of_its_own_column_and_no_more():
    async def look(app, plot, pilot):
        deliver(plot, 100_000)
        await pilot.pause()
        plot.lines = 0
        deliver_at = 100_000 + LASTS_MS // 57
        plot.add_delivered(1, deliver_at, 10_000)
        await pilot.pause()
        return plot.lines

    assert see(look) == 1


def test_an_hour_of_values_costs_one_drawing():
    async def look(app, plot, pilot):
        plot.set_plan({1: [(0, 0), (3_600_000, 20_000)]}, 3_600_000, 25_000)
        await pilot.pause()
        plot.lines = 0
        deliver(plot, 3_600_000)
        await pilot.pause()
        return plot.lines

    assert see(look) <= 12


def test_a_new_size_is_drawn_anew():
    async def look(app, plot, pilot):
        deliver(plot, 60_000)
        await pilot.pause()
        await pilot.resize_terminal(100, 20)
        await pilot.pause()
        return app.text()

    assert see(look) == shown(lambda plot: deliver(plot, 60_000), size=(100, 20))


def colours(app):
    return {
        (part.text[0], part.style.color.name)
        for strip in app.screen._compositor.render_strips(app.size)
        for part in strip
        if part.text.strip() and part.style and part.style.color
    }


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "nord"])
def test_a_new_theme_changes_colours_and_nothing_else(theme):
    async def look(app, plot, pilot):
        deliver(plot, 60_000)
        await pilot.pause()
        before, coloured = app.text(), colours(app)
        app.theme = theme
        await pilot.pause()
        return before, app.text(), coloured, colours(app)

    before, after, coloured, recoloured = see(look)
    assert after == before
    assert recoloured != coloured


def test_in_sixteen_colours_what_is_not_meant_is_dim():
    async def look(app, plot, pilot):
        app.theme = "ansi-dark"
        deliver(plot, 60_000, channel=2)
        plot.select(1)
        await pilot.pause()
        strips = app.screen._compositor.render_strips(app.size)
        return {part.style.dim for strip in strips for part in strip if "⠤⠤⠤" in part.text}

    assert see(look, limit_ua=None) == {True}
