"""Times that somebody writes are read as she means them, and a line that cannot be is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.staff.times_text import LineError, read_times, write_times
from scheduler.citizen_writing import BlockFact, Span, weekly_times

SPANS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])
WEEKS = st.dictionaries(st.integers(0, 6), st.lists(SPANS, min_size=1, max_size=4))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("mandag 9.00-12.30, tirsdag 10-14", {0: [Span(540, 750)], 1: [Span(600, 840)]}),
        ("Mandag kl. 9-12 og 13:15 – 15\n\n fre. 8 til 9", {0: [Span(540, 720), Span(795, 900)], 4: [Span(480, 540)]}),
        ("man-ons: 9-12, onsdag 12-13", {0: [Span(540, 720)], 1: [Span(540, 720)], 2: [Span(540, 780)]}),
        ("hverdage 9-10; lørdag 10-11", {**{day: [Span(540, 600)] for day in range(5)}, 5: [Span(600, 660)]}),
        ("Monday 9:00-12:30", {0: [Span(540, 750)]}),
        ("", {}),
    ],
)
def test_what_people_write_is_understood(text: str, read: dict[int, list[Span]]) -> None:
    assert read_times(text) == read


@pytest.mark.parametrize(
    ("text", "slug", "line", "said"),
    [
        ("mandag 9-12\ntirsdg 10-14", "times_line_day", 2, "tirsdg"),
        ("9-12", "times_line_day", 1, "9-12"),
        ("t 9-12", "times_line_day", 1, "t"),
        ("fredag-mandag 9-12", "times_line_day", 1, "fredag-mandag"),
        ("mandag", "times_line_time", 1, "mandag"),
        ("mandag 9-12, <script>", "times_line_time", 1, "<script>"),
        ("mandag formiddag", "times_line_time", 1, "mandag formiddag"),
        ("mandag 12-9", "times_line_backwards", 1, "mandag 12-9"),
        ("mandag 9.70-12", "times_line_backwards", 1, "mandag 9.70-12"),
        ("mandag 9-25", "times_line_backwards", 1, "mandag 9-25"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, slug: str, line: int, said: str) -> None:
    with pytest.raises(LineError) as found:
        read_times(text)
    assert (found.value.slug, found.value.line, found.value.said) == (slug, line, said)


@given(WEEKS, st.sampled_from(["da", "en"]))
def test_what_is_written_down_is_read_back_the_same(week: dict[int, list[tuple[int, int]]], language: str) -> None:
    weekly = weekly_times([BlockFact(None, day, *span, "free") for day, spans in week.items() for span in spans])
    assert read_times(write_times(weekly, language)) == weekly
