"""Jupyter's own conformance suite, with the parts that this kernel has."""

import jupyter_kernel_test
import pytest


@pytest.fixture(scope="module", autouse=True)
def _folders(jupyter_folders):
    pass


class Warm:
    """The suite waits 15 seconds for a reply: the first cell, which starts rust-analyzer, may take longer on a small machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kc.execute_interactive("let warm = 1;", timeout=120)


class TestKernel(Warm, jupyter_kernel_test.KernelTests):
    kernel_name = "chainrule"
    language_name = "rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    completion_samples = [
        {"text": "std::collections::BTreeS", "matches": {"BTreeSet"}},
        {"text": "std::f64::consts::LOG2_E", "matches": {"LOG2_E"}},
    ]
    complete_code_samples = ["1 + 1", "let x = 1;", "fn f(x: i32) -> i32 { x * 2 }", "// note"]
    incomplete_code_samples = ["fn f(x: i32) {", "let v = vec![1, 2", 'let s = "abc', "/* c", "let y = 3 +"]
    invalid_code_samples = ["let = 5;", "fn fn() {}", "}"]
    code_generate_error = 'let x: i32 = "a";'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "vec![1, 2, 3]", "result": "[1, 2, 3]"},
        {"code": '"a".to_string() + "b"', "result": '"ab"'},
    ]
    code_display_data = [
        {"code": 'display_html("<b>x</b>", "x");', "mime": "text/html"},
        {"code": 'display_svg("<svg/>", "x");', "mime": "image/svg+xml"},
        {"code": 'display_markdown("**x**");', "mime": "text/markdown"},
    ]
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "println"
    code_clear_output = "clear_output(false);"


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "chainrule"
    support_iopub_welcome = True


del Warm
