"""Advice works for who follows it to the letter: the cell with the advised code in the place of what it mends runs, and
gives what was meant.

A row: the cells before; the cell that fails, or says something; the lines of code that are advised, as they stand in the
message (`…` in a line is what the learner fills in); the cell with them; what it shows then.
"""

import re

import pytest
from advice_of_forms import FORMS
from advice_of_methods import METHODS
from advice_of_numbers import NUMBERS
from advice_of_owning import OWNING
from advice_of_tensors import TENSORS
from test_beginners import kernel_that_speaks, run

# A session for each: what one names is in no other's way.
AREAS = {"forms": FORMS, "numbers": NUMBERS, "methods": METHODS, "owning": OWNING, "tensors": TENSORS}
ROWS = [(area, row) for area, rows in AREAS.items() for row in rows]


@pytest.fixture(scope="module")
def sessions(jupyter_folders):
    started = {}
    yield lambda area: started.get(area) or started.setdefault(area, kernel_that_speaks("en"))
    for kernel in started.values():
        kernel.stop()


@pytest.mark.parametrize("area, row", ROWS, ids=[row[1].splitlines()[-1] for _, row in ROWS])
def test_who_follows_the_advice_arrives(sessions, area, row):
    kernel = sessions(area)
    before, cell, advice, mended, result = row
    filled_in = [".*".join(map(re.escape, line.split("…"))) for line in advice]
    assert all(re.search(line, mended) for line in filled_in), row
    for code in before:
        assert run(kernel, code).status == "ok", code
    said = run(kernel, cell).all
    for line in advice:
        assert f"    {line}\n" in said + "\n", f"{line!r} is not said:\n{said}"
    # What the cell has moved or changed is made again.
    for code in before:
        assert run(kernel, code).status == "ok", code
    ran = run(kernel, mended)
    assert ran.status == "ok", ran.all
    assert [*ran.results, ran.streams.strip()][0] == result, ran.all
