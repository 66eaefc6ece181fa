"""What nbgrader has to know of notebooks in Rust. Put it beside the folder `source` of a course.

`nbgrader generate_assignment`, `autograde`, `validate` and the rest work as they do for Python then. In cells, the marks are
`// BEGIN SOLUTION` and `// END SOLUTION`, `// BEGIN HIDDEN TESTS` and `// END HIDDEN TESTS`. A test is a cell that fails, by
`assert_eq!` for example; a cell that ends with a number is worth as many points.

Graded code runs as whoever grades. The kernel keeps it from his files, his programs and the network, where the system has Landlock
(Linux 6.2 and later; elsewhere it says so, and a container has to); it runs in a folder of its own, with the files of the assignment.
What the kernel cannot do is in the page beside this file.
"""

import atexit
import os
import re
import shutil
import tempfile

from nbformat.v4 import new_code_cell, new_output
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

c = get_config()  # noqa: F821

# What learners call the course: `nbgrader fetch_assignment means --course class`.
c.CourseDirectory.course_id = "class"

# It compiles wherever a value is expected, and a test that needs it fails.
c.ClearSolutions.code_stub = {"rust": "// YOUR CODE HERE\ntodo!()", "python": "# YOUR CODE HERE\nraise NotImplementedError()"}

# A cell is compiled first. An endless loop is ended by the kernel, which can go on then; nbgrader's own limit is for the rest.
os.environ.setdefault("CHAINRULE_TIMEOUT", "60")
os.environ.setdefault("CHAINRULE_MEMORY", "2G")
os.environ.setdefault("CHAINRULE_HISTORY", "off")
c.ExecutePreprocessor.timeout = 300

# As in an exam: no network, no `:dep`, which builds what a learner names. Without these lines there are both.
os.environ["CHAINRULE_EXAM"] = "1"
sockets = tempfile.mkdtemp(prefix="nbgrader-")
atexit.register(shutil.rmtree, sockets, ignore_errors=True)
c.KernelManager.transport = "ipc"
c.KernelManager.ip = os.path.join(sockets, "kernel")

JUDGES = re.compile(r"(?<![\w:!])((?:debug_)?assert(?:_eq|_ne)?|panic|matches|unreachable)!")
# What can have braces and semicolons in it that are none, and what a definition begins with.
NO_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|\br(#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\[^']*|[^'\\])'""", re.S)
DEFINITION = re.compile(r"(\s*#\[[^\]]*\])*\s*(pub\b(\([^)]*\))?\s*)?(unsafe\s|async\s|const\s)*(fn|struct|enum|trait|impl|type|const|static|mod|use|macro_rules!)\W")


def only_defines(source):
    """Whether a cell has functions, types and the like, and does nothing."""
    depth, begin, pieces = 0, 0, []
    code = NO_CODE.sub(" ", source)
    for at, letter in enumerate(code):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and letter in "};":
            pieces.append(code[begin : at + 1])
            begin = at + 1
    pieces.append(code[begin:])
    return all(piece.strip() in ("", ";") or DEFINITION.match(piece) for piece in pieces)


def is_locked(cell):
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("locked", False)


class SayAgain(NbGraderPreprocessor):
    """Has tests mean what the teacher has written: they use the macros of Rust itself, and before each of them the teacher's own
    definitions are made once more. A learner's cell can have made others of these names, which are content with everything."""

    def preprocess(self, nb, resources):
        cells, definitions = [], []
        for cell in nb.cells:
            if is_locked(cell):
                cell.metadata.nbgrader_as_written = cell.source
                # A line that begins with a colon would be a command.
                cell.source = JUDGES.sub(r"/**/::std::\1!", cell.source)
                if cell.metadata.nbgrader.grade and definitions:
                    cells.append(new_code_cell("\n".join(definitions), metadata={"nbgrader_again": True}))
                elif not cell.metadata.nbgrader.grade and only_defines(cell.source):
                    definitions.append(cell.source)
            cells.append(cell)
        nb.cells = cells
        return nb, resources


class ShowAsWritten(NbGraderPreprocessor):
    """Puts the tests back as the teacher has written them, and sees to it that only the value of a test counts."""

    def preprocess(self, nb, resources):
        errors, cells = [], []
        for cell in nb.cells:
            if cell.metadata.get("nbgrader_again"):
                errors = [output for output in cell.outputs if output.output_type == "error"]
                continue
            if is_locked(cell):
                cell.source = cell.metadata.pop("nbgrader_as_written", cell.source)
                for output in cell.outputs:
                    if output.output_type == "error":
                        output.traceback = [line.replace("/**/::std::", "") for line in output.traceback]
                results = [output for output in cell.outputs if output.output_type == "execute_result"]
                if len(results) > 1:
                    errors.append(new_output("error", ename="Results", evalue="", traceback=["This cell has shown a result before its own."]))
                # nbgrader takes the first of errors and results.
                cell.outputs.sort(key=lambda output: output.output_type == "execute_result")
                cell.outputs[:0] = errors
            errors = []
            cells.append(cell)
        nb.cells = cells
        return nb, resources


usual = Autograde.autograde_preprocessors.default_args[0]
at = usual.index(Execute)
c.Autograde.autograde_preprocessors = [*usual[:at], SayAgain, Execute, ShowAsWritten, *usual[at + 1 :]]
