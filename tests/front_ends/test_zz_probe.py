import json, os
import pytest
from conftest import Kernel
from test_words import Ran  # noqa

CELLS = json.load(open("/tmp/cells.json"))

def test_probe(jupyter_folders):
    kernel = Kernel(env={"CHAINRULE_LANGUAGE": os.environ.get("PROBE_LANG", "en")})
    out = open("/tmp/probe.out", "w")
    try:
        for cell in CELLS:
            ran = Ran(*kernel.run(cell))
            import re
            text = re.sub(r"\x1b\[[0-9;]*m", "", ran.all)
            out.write("=" * 20 + "\n" + cell + "\n" + "-" * 20 + "\n" + text + "\n")
            out.flush()
    finally:
        kernel.stop()
