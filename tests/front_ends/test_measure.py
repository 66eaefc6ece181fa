"""`chainrule course measure`: what a notebook claims, tried with other random numbers than those it shows."""

import subprocess

import nbformat
from conftest import CHAINRULE


def measured(folder, cells, *options):
    path = folder / "claims.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells]), path)
    before = path.read_bytes()
    command = [CHAINRULE, "course", "measure", *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert path.read_bytes() == before
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    return done, {" ".join(row[-2:]): row for row in rows}


def test_each_claim_has_its_worst_and_its_median_value(jupyter_folders, tmp_path):
    cells = [
        # The same seed twice in one notebook starts the same numbers, with whichever family of them.
        "seed(3);\nlet first = random::uniform();\nseed(3);\nlet again = random::uniform();",
        'claim("twice same", first - again).near(0.0, 0.0);',
        'claim("never changes", 7).between(6, 8);',
        'claim("a coin", first).at_most(1.0);\nclaim("a coin", 1.0 - first).at_least(0.0);',
    ]
    done, rows = measured(tmp_path, cells, "--seeds", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert float(rows["twice same"][0]) == 0
    assert [float(rows["never changes"][at]) for at in (0, 1)] == [7, 7]
    # Two statements of one name are two rows: the larger the number, the nearer to the bound of the first, and of the second.
    coins = [line.split() for line in done.stdout.splitlines() if line.endswith("a coin")]
    assert len(coins) == 2, done.stdout
    (high, middle), (low, other) = [[float(value) for value in row[:2]] for row in coins]
    assert high > middle and abs(high + low - 1) < 1e-3 and abs(middle + other - 1) < 1e-3


def test_what_holds_for_the_seed_of_the_text_only_is_found(jupyter_folders, tmp_path):
    """Where it is the only run, the text's own numbers, all holds."""
    cells = [
        "seed(1);\nlet value = random::uniform();",
        "let shown = 0.0;",
        'claim("a guess", value).near(shown, 0.001);',
        'claim("no number", (shown - 1.0).sqrt()).at_least(0.0);',
        'assert!((value - shown).abs() < 0.001, "only so");',
    ]
    asked = tmp_path / "asked.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in (cells[0], "value")]), asked)
    shown = subprocess.run([CHAINRULE, "run", str(asked)], capture_output=True, text=True, timeout=300)
    cells[1] = f"let shown: f32 = {shown.stdout.splitlines()[1]};"
    done, rows = measured(tmp_path, [cell for cell in cells if "no number" not in cell], "--seeds", "1")
    assert done.returncode == 0 and "✗" not in done.stdout, done.stdout + done.stderr
    done, rows = measured(tmp_path, cells, "--seeds", "3")
    assert done.returncode == 1, done.stdout
    assert rows["a guess"][0] == "✗" and rows["no number"][0] == "✗"
    assert "a cell failed in run 1, 2\n" in done.stdout


def test_what_cannot_be_measured_is_said_before_anything_is_run(jupyter_folders, tmp_path):
    done = subprocess.run([CHAINRULE, "course", "measure", str(tmp_path / "none.ipynb")], capture_output=True, text=True)
    assert done.returncode == 2 and "none.ipynb" in done.stderr and "Traceback" not in done.stderr
    done, _ = measured(tmp_path, ["1 + 1"], "--seeds", "0")
    assert done.returncode == 2, done.stderr
