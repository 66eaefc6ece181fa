"""What nbgrader has to know of notebooks in Rust. Put it beside the folder `source` of a course.

`nbgrader generate_assignment`, `autograde`, `validate` and the rest work as they do for Python then. In cells, the marks are
`// BEGIN SOLUTION` and `// END SOLUTION`, `// BEGIN HIDDEN TESTS` and `// END HIDDEN TESTS`. A test is a cell that fails, by
`assert_eq!` for example; a cell that ends with a number is worth as many points.

Graded code runs as whoever grades, with everything that he can reach: grade in a container, or as a user who has nothing else.
"""

import os
import re

from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

c = get_config()  # noqa: F821

# It compiles wherever a value is expected, and a test that needs it fails.
c.ClearSolutions.code_stub = {"rust": "// YOUR CODE HERE\ntodo!()", "python": "# YOUR CODE HERE\nraise NotImplementedError()"}

# A cell is compiled first. An endless loop is ended by the kernel, which can go on then; nbgrader's own limit is for the rest.
os.environ.setdefault("CHAINRULE_TIMEOUT", "60")
os.environ.setdefault("CHAINRULE_HISTORY", "off")
c.ExecutePreprocessor.timeout = 300

JUDGES = re.compile(r"(?<![\w:!])((?:debug_)?assert(?:_eq|_ne)?|panic|matches|unreachable)!")


class NameJudges(NbGraderPreprocessor):
    """Has tests use the macros of Rust itself: a learner's cell can define an `assert_eq!` that is content with everything."""

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("locked"):
            cell.metadata.nbgrader_as_written = cell.source
            # A line that begins with a colon would be a command.
            cell.source = JUDGES.sub(r"/**/::std::\1!", cell.source)
        return cell, resources


class ShowAsWritten(NbGraderPreprocessor):
    """Puts the tests back as the teacher has written them."""

    def preprocess_cell(self, cell, resources, cell_index):
        cell.source = cell.metadata.pop("nbgrader_as_written", cell.source)
        return cell, resources


usual = Autograde.autograde_preprocessors.default_args[0]
at = usual.index(Execute)
c.Autograde.autograde_preprocessors = [*usual[:at], NameJudges, Execute, ShowAsWritten, *usual[at + 1 :]]
