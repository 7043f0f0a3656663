"""Dates: ISO 8601 or unknown."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import date_line, iso


@pytest.mark.parametrize(
    "written",
    [
        "2025-06-05",
        "2025/6/5",
        "20250605",
        "5 June 2025",
        "June 5th, 2025",
        "Jun 5, 2025",
        "5 de junio de 2025",
        "5 juin 2025",
        "5. Juni 2025",
        "5 de junho de 2025",
        "5 giugno 2025",
        "5 июня 2025 г.",
        "5 червня 2025 року",
        "2025年6月5日",
        "2025년 6월 5일",
        "٥ يونيو ٢٠٢٥",
        "5 जून 2025",
        "5 Haziran 2025",
        "5-JUN-2025",
        "25-ago-2025",
        "05/05/2025",
        "05.06.2025",
        "5. 6. 2025",
        "5 juni 2025",
        "5 czerwca 2025",
        "5. června 2025",
        "2025. június 5.",
        "5. kesäkuuta 2025",
        "5 iunie 2025",
        "5 Ιουνίου 2025",
        "ngày 5 tháng 6 năm 2025",
        "5 มิถุนายน 2568",
        "5 มิ.ย. 2568",
        "5 มิถุนายน 2025",
        "วันพฤหัสบดีที่ 5 มิถุนายน พ.ศ. 2568",
        "5 ביוני 2025",
    ],
)
def test_days_of_many_languages(written: str) -> None:
    expected = {"25-ago-2025": "2025-08-25", "05/05/2025": "2025-05-05"}.get(written, "2025-06-05")
    assert iso(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "9 December 2024",
        "9. Dezember 2024",
        "9 de diciembre de 2024",
        "9 décembre 2024",
        "9 december 2024",
        "9. desember 2024",
        "9 dezembro 2024",
        "9 δεκεμβρίου 2024",
        "9. prosince 2024",
    ],
)
def test_a_month_may_begin_like_a_preposition(written: str) -> None:
    assert iso(written) == "2024-12-09"


def test_one_name_of_a_month_means_another_with_a_point_before_it() -> None:
    assert (iso("5 listopada 2024"), iso("5. listopada 2024")) == ("2024-11-05", "2024-10-05")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5 มิถุนายน 2568 เวลา 10:30 น.", "2025-06-05T10:30:00"),
        ("Kamis, 5 Juni 2025 10:30 WIB", "2025-06-05T10:30:00+07:00"),
        ("5. června 2025 v 10:30", "2025-06-05T10:30:00"),
        ("2025-06-05T10:30:00Z", "2025-06-05T10:30:00+00:00"),
        ("2025-06-05 10:30", "2025-06-05T10:30:00"),
        ("2025-06-05T10:30:00.123+0200", "2025-06-05T10:30:00+02:00"),
        ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01"),
        ("Thu, 05 Jun 2025 10:30:00 +0200", "2025-06-05T10:30:00+02:00"),
        (1749110400, "2025-06-05T08:00:00+00:00"),
        (1749110400000, "2025-06-05T08:00:00+00:00"),
    ],
)
def test_times_keep_their_zone_or_have_none(value: object, expected: str) -> None:
    assert iso(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "ayer",
        "yesterday",
        "",
        "05/06/2025",
        "2025-02-30",
        "2025-13-01",
        "0001-01-01",
        "9999-12-31",
        "2025",
        2025,
        None,
        True,
        float("nan"),
        float("inf"),
        [],
        {},
        "2025-06-05T99:99",
        "5 Foo 2025",
        "1" * 5000,
    ],
)
def test_what_is_not_certain_is_unknown(value: object) -> None:
    assert iso(value) is None


@given(st.dates(min_value=dt.date(1600, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_iso_days_are_read_back(day: dt.date) -> None:
    assert iso(day.isoformat()) == day.isoformat()


@given(st.one_of(st.text(max_size=60), st.integers(), st.floats()))
def test_no_value_is_too_odd(value: object) -> None:
    found = iso(value)
    assert found is None or dt.datetime.fromisoformat(found).year >= 1600


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Publicado el 5 de junio de 2025 a las 10:00", ("2025-06-05T10:00:00", False)),
        ("Jueves, 5 de junio de 2025", ("2025-06-05", False)),
        ("Last updated: June 5, 2025", ("2025-06-05", True)),
        ("입력 2025.06.05 10:30", ("2025-06-05T10:30:00", False)),
        ("آخر تحديث: 5 يونيو 2025", ("2025-06-05", True)),
        ("El 5 de junio de 2025 llovió", None),
        ("12.000 soldados", None),
    ],
)
def test_lines_that_are_dates(line: str, expected: tuple[str, bool] | None) -> None:
    assert date_line(line) == expected
