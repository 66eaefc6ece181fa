"""What a teacher copies: the workflow that runs notebooks at each push, step by step as GitHub runs it, and the recipes of the page,
each typed as it is there."""

import glob
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

import nbformat
import pytest
import yaml
from conftest import CHAINRULE, environment, papermill_package
from test_nbdime import VERSION as NBDIME

PAGE = os.path.join(os.path.dirname(__file__), "../../kernel-spec/classroom")
SCRATCH = os.path.realpath(os.path.dirname(os.environ["CHAINRULE_CACHE"]))
# As Jupyter has saved it.
METADATA = {
    "kernelspec": {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"},
    "language_info": {"name": "rust", "file_extension": ".rs", "mimetype": "text/x-rust", "pygments_lexer": "rust", "codemirror_mode": "rust"},
}


def write(path, *cells, tags=()):
    cells = [nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)} if at == 0 and tags else {}) for at, cell in enumerate(cells)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), path)


class Runner:
    """A machine of GitHub's, of which the folder that the workflow names is kept."""

    def __init__(self, folder):
        self.home, self.repository = os.path.join(folder, "home"), os.path.join(folder, "repository")
        self.kept, self.outputs = os.path.join(folder, "kept.tar"), os.path.join(folder, "outputs")
        self.programs = os.path.join(folder, "programs")
        os.makedirs(self.programs)
        # Nothing is installed here: that is noted.
        with open(os.path.join(self.programs, "rustup"), "w") as file:
            file.write(f'#!/bin/sh\ncase $1 in toolchain | default) echo "$*" >> "$HOME/asked" ;; *) exec {shutil.which("rustup")} "$@" ;; esac\n')
        os.chmod(file.name, 0o755)
        os.makedirs(self.repository)
        subprocess.run(["git", "init", "-q", self.repository], check=True)
        with open(os.path.join(PAGE, "workflow.yml")) as file:
            (job,) = yaml.safe_load(file)["jobs"].values()
        self.steps = job["steps"]
        self.paths = next(step["with"]["path"] for step in self.steps if step.get("uses", "").startswith("actions/cache")).split()

    def begin(self):
        """A new machine, with what the last one has kept."""
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home)
        if os.path.exists(self.kept):
            subprocess.run(["tar", "-xf", self.kept, "-C", self.home], check=True)
            return
        # What `cargo install` and the first cell make, in minutes.
        os.makedirs(os.path.join(self.home, ".cargo/bin"))
        shutil.copy(CHAINRULE, os.path.join(self.home, ".cargo/bin/chainrule"))
        library = os.path.dirname(max(glob.glob(os.path.join(os.environ["CHAINRULE_CACHE"], "*/ready")), key=os.path.getmtime))
        os.makedirs(os.path.join(self.home, ".cache/chainrule"))
        subprocess.run(["cp", "-al", library, os.path.join(self.home, ".cache/chainrule")], check=True)

    def push(self, *notebooks):
        """Commits notebooks and takes each step; says whether all went well."""
        subprocess.run(["git", "-C", self.repository, "add", *notebooks], check=True)
        self.begin()
        self.restored = self.cells()
        env = {name: value for name, value in os.environ.items() if not name.startswith(("CHAINRULE_", "XDG_", "JUPYTER"))}
        env |= {"HOME": self.home, "GITHUB_OUTPUT": self.outputs, "PATH": f"{self.programs}:{self.home}/.cargo/bin:{env['PATH']}"}
        for step in self.steps:
            if "run" in step:
                self.done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=self.repository, env=env, capture_output=True, text=True)
                if self.done.returncode != 0:
                    break
        names = [path.removeprefix("~/") for path in self.paths]
        subprocess.run(["tar", "-cf", self.kept, "-C", self.home, *names], check=True)
        return self.done.returncode == 0

    def cells(self):
        """The compiled cells that are kept; one that is compiled again is another file of this name."""
        found = glob.glob(os.path.join(self.home, ".cache/chainrule/cells/*/*"))
        return {os.path.basename(path): os.stat(path).st_ino for path in found}

    def failures(self):
        tree = xml.etree.ElementTree.parse(os.path.join(self.repository, "notebooks.xml"))
        return len(tree.findall(".//failure")), len(tree.findall(".//testcase"))


def test_the_workflow_runs_notebooks_and_keeps_what_was_compiled(jupyter_folders):
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        runner = Runner(folder)
        path = os.path.join(runner.repository, "a lesson.ipynb")
        write(path, "let a = tensor([1.0, 2.0]);", "a.sum().item()")
        assert runner.push("a lesson.ipynb"), runner.done.stderr
        assert open(os.path.join(runner.home, "asked")).read().splitlines()[0].startswith("toolchain install stable")
        assert open(runner.outputs).read().startswith("version=rustc-1.")
        first, failures = runner.cells(), runner.failures()
        assert len(first) >= 2 and failures == (0, 2), (first, failures)
        assert runner.push("a lesson.ipynb"), runner.done.stderr
        assert runner.cells() == runner.restored and set(first) == set(runner.restored), "nothing was compiled again"
        # One cell is changed, and fails.
        write(path, "let a = tensor([1.0, 2.0]);", "assert_eq!(a.sum().item(), 4.0);")
        assert not runner.push("a lesson.ipynb")
        assert "a lesson.ipynb" in runner.done.stderr and runner.failures()[0] == 1
        assert len(runner.cells()) == len(first) + 1


def recipes(title="Without a front end"):
    text = open(os.path.join(PAGE, "README.md")).read()
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    return [line.split("#")[0].strip() for block in re.findall(r"```sh\n(.*?)```", section, re.S) for line in block.splitlines()]


# What each is to have made, or said.
MADE = {
    "chainrule run": ["report.xml"], "papermill": ["out.ipynb"], "pytest --nbmake": [], "pytest --nbval": [], "jupytext": ["lesson.rs"],
    "jupyter nbconvert --execute": ["lesson.html"], "jupyter nbconvert --to slides": ["lesson.slides.html"],
    "jupyter nbconvert --to script": ["lesson.rs"], "nbdiff": [],
}


def test_each_recipe_has_a_case():
    assert [[name for name in MADE if recipe.startswith(name)] for recipe in recipes()] == [[name] for name in MADE]


@pytest.mark.parametrize("name", MADE)
def test_a_recipe_does_what_it_says(jupyter_folders, tmp_path, name):
    (recipe,) = [recipe for recipe in recipes() if recipe.startswith(name)]
    program = shlex.split(recipe)[0]
    env = {**os.environ, "PYTHONPATH": papermill_package(tmp_path / "packages"), "PATH": os.path.dirname(CHAINRULE) + ":" + os.environ["PATH"]}
    if program == "nbdiff" and os.environ.get("CHAINRULE_NBDIME"):
        env["PATH"] += ":" + environment("nbdime", program, NBDIME)
    if shutil.which(program, path=env["PATH"]) is None:
        pytest.skip(f"{program} is not installed; its own tests are asked for by a variable")
    write(tmp_path / "lesson.ipynb", "let rate = 0.5;", "println!(\"{}\", rate);\nrate + 1.0", tags=["parameters"])
    shutil.copy(tmp_path / "lesson.ipynb", tmp_path / "before.ipynb")
    done = subprocess.run(["bash", "-c", recipe], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for made in MADE[name]:
        assert (tmp_path / made).stat().st_size > 0, made
    if name == "papermill":
        shown = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs
        assert [output["text"] for output in shown if output.output_type == "stream"] == ["0.1\n"]
    if name == "jupyter nbconvert --execute":
        assert "1.5" in (tmp_path / "lesson.html").read_text()
    if name.startswith("pytest"):
        assert re.search(r"\b[1-9] passed", done.stdout), done.stdout


def test_the_first_hour_is_fifteen_commands():
    """Of files that are there, and of the versions that are tested."""
    commands = recipes("The first hour")
    assert len(commands) <= 15
    named = re.findall(r"kernel-spec/\S+|notebooks/\S+", "\n".join(commands))
    assert len(named) >= 6 and all(os.path.exists(os.path.join(PAGE, "../..", name)) for name in named), named
    (install,) = [command for command in commands if "pip install" in command]
    tested = "".join(open(os.path.join(os.path.dirname(__file__), name)).read() for name in ("test_hub.py", "test_grading.py", "requirements.txt"))
    packages = re.findall(r"\w+==[\d.]+", install)
    assert len(packages) == 4 and all(package in tested for package in packages), packages
    for name in ("jupyterhub_config.py", "nbgrader_config.py", "jupyter_server_config.py"):
        compile(open(os.path.join(PAGE, name)).read(), name, "exec")
