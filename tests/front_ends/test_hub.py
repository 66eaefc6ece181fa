"""JupyterHub with thirty users of the machine, set up as `kernel-spec/classroom` says: what they wait for, what their kernels
take, and what those who disturb cost the others.

It needs root, takes the network once for JupyterHub, and ten minutes: only where `CHAINRULE_HUB=1` asks for it.
`CHAINRULE_HUB_USERS=10` are fewer; `CHAINRULE_HUB_PAUSE=3` has them look at a cell for 3 s instead of 15. Then 20 servers come and
go three times; `CHAINRULE_HUB_SERVERS=100` and `CHAINRULE_HUB_ROUNDS=10` are more, for an hour and 14 GB of memory.
"""

import json
import os
import shutil
import subprocess

import pytest
from conftest import CHAINRULE, environment
from test_classroom import SCRATCH, SYSTEM, needs_others, new_machine

PACKAGES = ["jupyterhub==6.1.1", "jupyterhub-idle-culler==2.0.0", "jupyterlab==4.5.11"]
PROXY = "configurable-http-proxy@5.3.0"
USERS = int(os.environ.get("CHAINRULE_HUB_USERS", "30"))
SERVERS = int(os.environ.get("CHAINRULE_HUB_SERVERS", "20"))
ROUNDS = int(os.environ.get("CHAINRULE_HUB_ROUNDS", "3"))
HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "../../kernel-spec/classroom")
CHAPTER = os.path.join(HERE, "../../notebooks/en/01-ten-lines.ipynb")
# What a bad day of the machine may do to a figure that is compared with another.
MEGABYTES = 1 << 10

pytestmark = [
    pytest.mark.skipif(not os.environ.get("CHAINRULE_HUB"), reason="CHAINRULE_HUB=1 holds a class of thirty, for minutes"),
    needs_others,
]


@pytest.fixture(scope="module")
def hub():
    """The Python of an environment with JupyterHub and its proxy."""
    programs = environment("hub", "jupyterhub-idle-culler", *PACKAGES)
    folder = os.path.join(SCRATCH, "hub")
    if not os.path.exists(f"{folder}/proxy/node_modules"):
        subprocess.run(["npm", "install", "--silent", "--prefix", f"{folder}/proxy", PROXY], check=True)
    return f"{programs}/python"


def of_a_class(hub, count, *rounds):
    """What a class of so many has seen on a machine that an administrator has set up by the page."""
    with new_machine() as machine:
        installed = machine.as_administrator(CHAINRULE, "install", "--system", "--no-warm")
        assert installed.returncode == 0, installed.stderr
        warmed = machine.as_administrator("chainrule", "warm", "--system", SYSTEM, CHAPTER)
        assert warmed.returncode == 0, warmed.stderr
        etc, folder = os.path.join(machine.folder, "etc"), os.path.join(machine.folder, "hub")
        shutil.copytree("/etc", etc, symlinks=True, copy_function=shutil.copy2)
        for name, file in [("chainrule", "config.toml"), ("jupyter", "jupyter_server_config.py")]:
            os.makedirs(f"{etc}/{name}", exist_ok=True)
            shutil.copy(os.path.join(PAGE, file), f"{etc}/{name}")
        for number in range(count):
            home = os.path.join(machine.folder, f"learner{number:02}")
            for file, line in [("passwd", f"x:{62000 + number}:{62000 + number}::{home}:/bin/bash"), ("group", f"x:{62000 + number}:")]:
                with open(f"{etc}/{file}", "a") as list_of_them:
                    list_of_them.write(f"learner{number:02}:{line}\n")
        os.mkdir(folder, 0o700)
        own = ["--pid", "--fork", "--kill-child", "--mount-proc"]
        command = machine.command(0, hub, f"{HERE}/hub_learners.py", str(count), folder, CHAPTER, *map(str, rounds), network=False, namespaces=own)
        path = os.path.dirname(hub) + ":/usr/local/bin:/usr/bin:/bin"
        env = machine.environment(0, [(etc, "/etc")], PATH=path)
        if pause := os.environ.get("CHAINRULE_HUB_PAUSE"):
            env["CHAINRULE_HUB_PAUSE"] = pause
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=3600 * (1 + sum(rounds)))
        with open(f"{folder}/hub.log") as log:
            told = [line for line in log if line.startswith(("[W", "[E", "[C"))]
        assert done.returncode == 0, done.stderr[-3000:] + "".join(told[:50])
        seen = json.loads(done.stdout.splitlines()[-1])
        print("\n".join(f"{name}: {what}" for name, what in {"users": count, **seen}.items()))
        return seen


@pytest.fixture(scope="module")
def seen(hub):
    return of_a_class(hub, USERS)


def test_everybody_runs_the_chapter_and_edits_it(seen):
    assert not seen["failed"], seen["failed"][:5]
    # An edit is awaited, and a chapter that the administrator has compiled is not compiled again.
    assert seen["the chapter"]["p50"] < 30 * seen["edits"]["p50"]


def test_kernels_take_less_memory_than_servers(seen):
    assert seen["memory before edits"]["kernels"] < seen["memory before edits"]["servers"]
    assert seen["most memory"]["kernels"] < 3 * MEGABYTES * max(USERS, 10) / 30


@pytest.mark.skipif(USERS < 8, reason="those who disturb are four")
def test_who_disturbs_does_not_keep_others_from_editing(seen):
    alone, disturbed = seen["edits of the others, alone"], seen["edits of the others, disturbed"]
    assert disturbed["p50"] <= 1.5 * alone["p50"], (alone, disturbed)


def test_nothing_is_left_of_servers_that_have_ended(seen):
    assert not seen["left"], seen["left"]


def test_nothing_is_left_of_servers_that_come_and_go(hub):
    """The hub itself ends them, when nobody has used them for a while."""
    seen = of_a_class(hub, SERVERS, ROUNDS)
    assert not seen["left"], seen["left"][:5]
    first, last = seen["rounds"][0], seen["rounds"][-1]
    # What is compiled once is kept; nothing more comes with each round.
    assert last["MB of homes"] <= 1.1 * first["MB of homes"] + SERVERS, seen["rounds"]
    assert last["MB of the hub"] <= 1.3 * first["MB of the hub"] and last["files of the hub"] <= first["files of the hub"] + 5, seen["rounds"]
