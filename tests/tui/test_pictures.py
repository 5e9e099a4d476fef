"""The pictures in the README are what the program draws."""

import pytest

from tests.support.pictures import DIRECTORY, draw_all


def test_the_pictures_are_up_to_date_and_need_no_network() -> None:
    """Drawing them again gives the very files; run ``python -m tests.support.pictures`` after a change."""
    for name, svg in draw_all().items():
        assert (DIRECTORY / f"{name}.svg").read_text() == svg, f"{name}.svg is out of date"
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


pytestmark = pytest.mark.timeout(90)
