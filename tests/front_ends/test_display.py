"""What cells show: every kind of content, displays that change, progress bars, crates that display themselves."""

import base64
import json
import os
import subprocess

import nbformat
import pytest

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def shown(kernel, code):
    """The displays and results of a cell, which must succeed."""
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", reply
    kinds = ("display_data", "update_display_data", "execute_result", "stream", "clear_output")
    return [(kind, content) for kind, content in outputs if kind in kinds]


def only(kernel, code):
    """The content of the only output of a cell."""
    ((_, content),) = shown(kernel, code)
    return content["data"]


@pytest.mark.parametrize(
    "code, mime, content",
    [
        ('display_html("<b>x</b>", "x")', "text/html", "<b>x</b>"),
        ('display_svg("<svg/>", "x")', "image/svg+xml", "<svg/>"),
        ('display_markdown("*x*")', "text/markdown", "*x*"),
        ('display_latex(r"$\\sigma$")', "text/latex", "$\\sigma$"),
        ('display_json(r#"{"a": [1, null]}"#)', "application/json", {"a": [1, None]}),
        (f'display_png(&{list(PNG)}, "x")', "image/png", base64.b64encode(PNG).decode()),
        ('show("text")', "text/plain", "text"),
        ("show(&Bundle::text(\"x\").mime(\"text/x-own\", \"y\"))", "text/x-own", "y"),
    ],
)
def test_every_kind_of_content(kernel, code, mime, content):
    ((kind, message),) = shown(kernel, code + ";")
    assert kind == "display_data"
    assert message["data"][mime] == content
    assert isinstance(message["data"]["text/plain"], str) and message["data"]["text/plain"]
    assert message["metadata"] == {} and message["transient"] == {}


def test_json_that_is_none_is_said_so(kernel):
    reply, _ = kernel.run('display_json("{a: 1}");')
    assert reply["status"] == "error" and "not JSON" in reply["evalue"] and "double quotes" in reply["evalue"]


def test_a_handle_changes_its_display_also_with_something_else(kernel):
    ((kind, first),) = shown(kernel, 'let handle = DisplayHandle::new("start");')
    assert (kind, first["data"]) == ("display_data", {"text/plain": "start"})
    shown(kernel, 'let things: Vec<Box<dyn Show>> = vec![Box::new(tensor([1.0])), Box::new("text".to_owned())];')
    for code, text in [
        ("handle.update(things[0].as_ref());", "tensor("),
        ("handle.update(&things[1]);", "text"),
        ('handle.update("early"); handle.update("end");', "end"),
    ]:
        kind, content = shown(kernel, code)[-1]
        assert kind == "update_display_data" and content["data"]["text/plain"].startswith(text)
        assert content["transient"] == first["transient"] and content["metadata"] == {}


def test_clear_output(kernel):
    outputs = shown(kernel, 'println!("a"); clear_output(true); println!("b"); clear_output(false);')
    assert [content.get("wait", content.get("text")) for _, content in outputs] == ["a\n", True, "b\n", False]


@pytest.mark.parametrize(
    "code, text",
    [
        ("tensor([[1.0, 2.0]])", "tensor([[1.0, 2.0]], shape=[1, 2])"),
        ("vec![1.5, -2.0]", "[1.5, -2.0]"),
        ("[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
        ("vec![vec![1.0f32], vec![2.0]]", "[[1.0], [2.0]]"),
        ("&[0.5f64, f64::NAN][..]", "[0.5, NaN]"),
    ],
)
def test_numbers_are_text_and_a_table(kernel, code, text):
    data = only(kernel, code)
    assert data["text/plain"] == text
    assert data["text/html"].count("<td") == text.split(", shape")[0].count(",") + 1
    assert "color:inherit" in data["text/html"] and "background:#fff" not in data["text/html"]


def test_results_of_a_training_are_text_and_html(kernel):
    code = """
    seed(1);
    let data = data::two_moons(40, 0.1);
    let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
    model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
    let history = model.fit(&data).epochs(2).verbose(false).run();
    """
    shown(kernel, code)
    for expression, word in [("model.evaluate(&data)", "accuracy"), ("history", "loss"), ("model.summary()", "Dense")]:
        data = only(kernel, expression)
        assert word in data["text/plain"] and word in data["text/html"], expression


def test_what_a_learner_names_is_escaped(kernel):
    evil = "<script>alert('&')</script>"
    codes = [
        f'tensor([1.0]).label("{evil}")',
        f'show(&data::two_moons(4, 0.1).class_names(&["{evil}", "b"]));',
        f'vec!["{evil}"]',
        f'for _ in progress(0..1).label("{evil}") {{}}',
    ]
    for code in codes:
        for _, content in shown(kernel, code):
            html = content["data"].get("text/html", "")
            assert "<script" not in html, code


def test_a_progress_bar_is_one_display(kernel):
    outputs = shown(
        kernel,
        """
        let loader_data = data::two_moons(64, 0.1);
        let loader = loader_data.batches(16);
        for _ in 0..2 { for batch in progress(&loader) { assert_eq!(batch.len(), 16); } }
        """,
    )
    displays = [content for kind, content in outputs if kind == "display_data"]
    assert len(displays) == 2
    for display in displays:
        name = display["transient"]["display_id"]
        states = [content["data"] for _, content in outputs if content["transient"]["display_id"] == name]
        assert states[0]["text/plain"].startswith("0 of 4") and states[-1]["text/plain"].startswith("4 of 4, done in")
        assert "width:0.0%" in states[0]["text/html"] and "width:100.0%" in states[-1]["text/html"]


def test_a_progress_bar_stays_where_the_loop_was_left(kernel):
    outputs = shown(kernel, 'for n in progress(0..10).label("step") { if n == 4 { break; } }')
    assert outputs[-1][1]["data"]["text/plain"].startswith("step: 4 of 10, stopped after")
    reply, outputs = kernel.run('for n in progress(0..10) { if n == 7 { panic!("no"); } }')
    assert reply["status"] == "error"
    last = [content for kind, content in outputs if kind == "update_display_data"][-1]
    assert last["data"]["text/plain"].startswith("7 of 10, stopped after")
    outputs = shown(kernel, "let evens = progress((0..10).filter(|n| n % 2 == 0)).sum::<i32>();")
    assert outputs[-1][1]["data"]["text/plain"].startswith("5, done in")


def test_a_progress_bar_moves(kernel):
    outputs = shown(kernel, "for _ in progress(0..6) { std::thread::sleep(std::time::Duration::from_millis(120)); }")
    states = [content["data"]["text/plain"].split(",")[0] for _, content in outputs]
    assert states == [f"{n} of 6" for n in range(7)]


def test_a_log_stays_quiet(jupyter_folders, tmp_path):
    """A notebook that runs without a front end stores and prints the last state, and none before it."""
    cell = nbformat.v4.new_code_cell(
        "for _ in progress(0..50) { std::thread::sleep(std::time::Duration::from_millis(20)); }"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[cell],
        metadata={"kernelspec": {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}},
    )
    path = tmp_path / "quiet.ipynb"
    nbformat.write(notebook, path)
    command = [os.environ["CHAINRULE_PROGRAM"], "run", "--in-place", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert (run.stdout + run.stderr).count("of 50") == 1 and "50 of 50, done in" in run.stdout, run.stdout
    (output,) = json.loads(path.read_text())["cells"][0]["outputs"]
    assert "".join(output["data"]["text/plain"]).startswith("50 of 50, done in")


def test_types_that_display_themselves_under_evcxr(kernel):
    """As plotly, image and others do: several per cell, in order, each with its kinds of content."""
    outputs = shown(
        kernel,
        r"""
        struct Picture(i32);
        impl Picture {
            fn evcxr_display(&self) {
                println!("EVCXR_BEGIN_CONTENT text/html\n<i>{}</i>\nEVCXR_END_CONTENT", self.0);
                println!("EVCXR_BEGIN_CONTENT image/svg+xml\n<svg id=\"{}\"/>\nEVCXR_END_CONTENT", self.0);
            }
        }
        Picture(1).evcxr_display();
        println!("between");
        Picture(2).evcxr_display();
        Picture(3).evcxr_display();
        show("ours");
        Picture(4)
        """,
    )
    kinds = [kind for kind, _ in outputs]
    assert kinds == ["display_data", "stream", "display_data", "display_data", "display_data", "execute_result"]
    numbers = [content["data"]["text/html"] for _, content in outputs if "text/html" in content.get("data", {})]
    assert numbers == [f"<i>{n}</i>" for n in (1, 2, 3, 4)]
    for _, content in outputs:
        if "text/html" in content.get("data", {}):
            assert content["data"]["image/svg+xml"] == content["data"]["text/html"].replace("<i>", '<svg id="').replace("</i>", '"/>')
            assert "text/plain" in content["data"] and content["metadata"] == {}


def test_a_trait_that_displays_types_goes_before_debug(kernel):
    """As that of the crate evcxr_image, for the pictures of another crate."""
    outputs = shown(
        kernel,
        r"""
        trait ImageDisplay { fn evcxr_display(&self); }
        impl<P> ImageDisplay for Vec<[P; 3]> {
            fn evcxr_display(&self) {
                println!("EVCXR_BEGIN_CONTENT text/html
<i>{} pixels</i>
EVCXR_END_CONTENT", self.len());
            }
        }
        let pixels = vec![[0u8; 3]; 2];
        pixels.evcxr_display();
        pixels
        """,
    )
    assert [kind for kind, _ in outputs] == ["display_data", "execute_result"]
    assert all(content["data"]["text/html"] == "<i>2 pixels</i>" for _, content in outputs)
    assert kernel.value("(pixels.len(), 1 + 1)") == "(2, 2)"


def test_figures_of_plotters(jupyter_folders):
    """The crate itself, in the version that the library was compiled with, without the network."""
    from conftest import Kernel

    kernel = Kernel(env={"CARGO_NET_OFFLINE": "true"})
    try:
        reply, _ = kernel.run(
            ':dep plotters = { version = "0.3.7", default-features = false, features = ["evcxr", "svg_backend", "line_series"] }\n'
            "use plotters::prelude::*;",
            timeout=300,
        )
        assert reply["status"] == "ok", reply
        reply, outputs = kernel.run(
            """
            evcxr_figure((120, 90), |root| { root.fill(&RED)?; Ok(()) }).evcxr_display();
            println!("between");
            evcxr_figure((120, 90), |root| { root.fill(&BLUE)?; Ok(()) })
            """,
            timeout=300,
        )
        assert reply["status"] == "ok", reply
        shown = [(kind, content) for kind, content in outputs if kind in ("display_data", "stream", "execute_result")]
        assert [kind for kind, _ in shown] == ["display_data", "stream", "execute_result"]
        red, blue = shown[0][1]["data"]["text/html"], shown[2][1]["data"]["text/html"]
        assert "<svg" in red and "#FF0000" in red and "#0000FF" in blue
    finally:
        kernel.stop()
