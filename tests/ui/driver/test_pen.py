"""Changes of style, as a terminal understands them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsdash.ui.pen import PLAIN, Sgr, split, turn

ATTRIBUTES = ("1", "2", "3", "4", "7", "9", "21", "53")
OFF = {"22": "12", "23": "3", "24": "4", "27": "7", "29": "9"}
styles = st.builds(
    lambda some, front, back: (";".join(sorted(some)), front, back),
    st.sets(st.sampled_from(ATTRIBUTES)),
    st.sampled_from(("", "32", "97", "38;5;9", "38;2;1;2;3")),
    st.sampled_from(("", "40", "107", "48;5;9", "48;2;1;2;3")),
)


def understood(codes: str, style: Sgr) -> Sgr:
    """Apply codes to a style as ECMA-48 says."""
    some, front, back = {code for code in style[0].split(";") if code}, *style[1:]
    words = iter(codes.split(";"))
    for code in words:
        if code == "0":
            some, front, back = set(), "", ""
        elif code in OFF:
            some -= set(OFF[code])
        elif code in ("38", "48"):
            kind = next(words)
            rest = [next(words) for _ in range(3 if kind == "2" else 1)]
            colour = ";".join((code, kind, *rest))
            front, back = (colour, back) if code == "38" else (front, colour)
        elif code in ATTRIBUTES:
            some.add(code)
        elif code[0] in "39":
            front = "" if code == "39" else code
        else:
            back = "" if code == "49" else code
    return ";".join(sorted(some)), front, back


@given(styles, styles)
def test_a_turn_leads_from_one_style_to_the_other(old: Sgr, new: Sgr) -> None:
    if old != new:
        assert understood(turn(old, new)[2:-1], old) == new


def test_an_attribute_that_ends_does_not_send_the_colours_again() -> None:
    bold: Sgr = ("1", "38;2;1;2;3", "48;2;4;5;6")
    assert turn(bold, ("", *bold[1:])) == "\x1b[22m"
    assert turn(bold, PLAIN) == "\x1b[0m"


def test_default_colours_are_no_colours() -> None:
    assert split("1;39;49") == ("1", "", "")
