"""What is printed of others' words can be read, and is obeyed by no terminal."""

import pytest

from receipts_ledger.cli.output import in_lines, in_one_line

SPOKEN = "\x1b[2K\rEQUAL: everything agrees"


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x00", "\u202e", "\u2028", "\u200b", "\x9b"])
def test_sign_that_a_terminal_obeys_is_written_out(sign: str) -> None:
    told = f"\\u{ord(sign):04x}"
    assert in_lines({f"a{sign}": [f"b{sign}"]}) == f"a{told}: b{told}"
    assert in_one_line(f"node says: {sign}!").endswith("!")
    assert sign not in in_one_line(f"node says: {sign}!")


def test_words_of_a_node_do_not_wipe_out_the_line_that_tells_of_them() -> None:
    assert in_one_line(f"could not decide: {SPOKEN}\n") == (
        "could not decide: \\u001b[2K EQUAL: everything agrees"
    )


def test_line_without_end_is_cut_and_the_rest_counted() -> None:
    line = in_one_line("x" * 1_000_000)
    assert line.endswith("x ... and 996,000 characters more")


@pytest.mark.parametrize("text", ["铜 Cu\u3000一级", "é 25,000 kg", "two\nlines"])
def test_text_of_people_is_left_as_it_is(text: str) -> None:
    assert in_lines(text) == text
