"""What of a charger's settings is ours, and what goes back to its owner."""

from lib.chargers.loan import Loan, seen, sent, taken
from lib.core.charger import Found

OWNER = Found(current_a=16.0, go=True, serial="1")
HIS, OURS = {"amps": "16", "pause": "0"}, {"amps": "6", "pause": "1"}


def test_what_we_left_goes_back() -> None:
    """Where it differs from what he had; the rest needs no write."""
    loan = taken(sent(seen(Loan(), OWNER, HIS), OURS), OURS)
    assert HIS == loan.back(OURS, HIS)
    assert {"pause": "0"} == loan.back({"amps": "6", "pause": "1"}, {"amps": "6", "pause": "0"})


def test_what_he_changed_stays() -> None:
    """Whatever is neither as he had it nor as we left it is his; and so is what we never wrote."""
    loan = taken(seen(Loan(), OWNER, HIS), {"amps": "6"})
    assert {} == loan.back({"amps": "9", "pause": "1"}, HIS)


def test_who_writes_nothing_gives_nothing_back() -> None:
    """Looking is no loan."""
    loan = seen(Loan(), OWNER, HIS)
    assert (OWNER, False, {}) == (loan.owner, loan.is_open, loan.back(OURS, HIS))


def test_what_was_not_answered_may_hold_or_not() -> None:
    """Each value that it may have taken is ours, until it takes one for sure."""
    loan = taken(seen(Loan(), OWNER, HIS), OURS)
    open_loan = sent(sent(loan, {"amps": "8"}), {"amps": "10"})
    for amps in ("6", "8", "10"):
        assert "16" == open_loan.back({"amps": amps}, HIS)["amps"]
    assert {} == taken(open_loan, {"amps": "10"}).back({"amps": "8"}, HIS)


def test_after_a_crash_what_it_is_set_to_is_ours() -> None:
    """As it is seen first: a later look finds what the owner changed since."""
    loan = seen(Loan(owner=OWNER, kept=True), Found(current_a=6.0, go=False, serial="1"), OURS)
    assert loan.is_open
    assert OWNER == loan.owner
    later = seen(loan, Found(current_a=9.0, go=False, serial="1"), OURS | {"amps": "9"})
    assert {"pause": "0"} == later.back(OURS | {"amps": "9"}, HIS)


def test_what_the_killed_run_wrote_last_is_ours_when_it_shows() -> None:
    """Until then it looks as its owner has it, and is written all the same."""
    first = seen(Loan(owner=OWNER, kept=True), OWNER, HIS, at_s=100.0, shows_s=2.5)
    assert HIS == first.back(HIS, HIS)
    second = seen(first, Found(current_a=6.0, go=False, serial="1"), OURS, at_s=105.0, shows_s=2.5)
    assert HIS == second.back(OURS, HIS)
    assert {} == second.back(HIS, HIS)
    third = seen(second, Found(current_a=9.0, go=False, serial="1"), OURS | {"amps": "9"}, at_s=106.0, shows_s=2.5)
    assert {"pause": "0"} == third.back(OURS | {"amps": "9"}, HIS)


def test_another_unit_has_another_owner() -> None:
    """Its settings are its owner's; a unit that tells no serial is taken for the same."""
    other = Found(current_a=9.0, go=False, serial="2")
    for loan in (Loan(owner=OWNER, kept=True), taken(seen(Loan(), OWNER, HIS), OURS)):
        assert Loan(owner=other) == seen(loan, other, OURS)
        assert OWNER == seen(loan, Found(current_a=9.0, go=False), OURS).owner
