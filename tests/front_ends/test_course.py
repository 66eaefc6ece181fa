"""What a chapter asks of its reader, as a front end sees it: softly, where it is tested, where it is graded."""

import json
import os

import pytest
from conftest import Kernel

MIME = "application/vnd.chainrule.course+json"


@pytest.fixture(scope="module", autouse=True)
def _folders(jupyter_folders):
    yield jupyter_folders


def told(outputs):
    return [content["data"][MIME] for kind, content in outputs if kind.endswith("display_data") and MIME in content["data"]]


def test_guesses_claims_and_checks_travel_as_data_and_nothing_fails(kernel):
    reply, outputs = kernel.run(
        'predict("7.1", 0.5);\npredict("7.2", "?");\nclaim("a", 0.94).at_least(0.985);\n'
        'check("7.I1", 0.3);\ncheck("7.I1", 0.00001);\nhint("7.I1");\ncheck("7.B", "?");'
    )
    assert reply["status"] == "ok", reply
    found = told(outputs)
    assert [(one["kind"], one["id"], one["state"]) for one in found] == [
        ("predict", "7.1", "noted"),
        ("predict", "7.2", "open"),
        ("claim", "a", "failed"),
        ("check", "7.I1", "passed"),
        ("check", "7.I1", "failed"),
        ("hint", "7.I1", "shown"),
        ("check", "7.B", "open"),
    ]
    assert found[0]["value"] == 0.5 and found[2]["value"] == 0.94 and found[4]["value"]["found"] == "tiny"
    assert all(set(one) - {"bounds"} == {"id", "kind", "state", "value", "hints"} for one in found)
    # What a claim allows is for `chainrule course measure`.
    assert [one.get("bounds") for one in found if one["kind"] == "claim"] == [[0.985, None]]
    assert not any("bounds" in one for one in found if one["kind"] != "claim")
    shown = [content["data"] for kind, content in outputs if kind == "display_data"]
    assert all("text/plain" in data and "<div" in data["text/html"] for data in shown)
    # A later cell knows what an earlier one has noted.
    _, outputs = kernel.run('reveal("7.1", 0.6457);\ncheck("7.I1", 9);')
    first, second = told(outputs)
    assert (first["state"], first["value"]) == ("far", {"guess": 0.5, "truth": 0.6457})
    assert second["hints"] == 1
    drawn = [content["data"]["text/html"] for kind, content in outputs if kind == "display_data"]
    assert ["<svg" in html for html in drawn] == [True, False]


def test_what_was_done_is_in_a_file_of_the_learners_and_nothing_that_was_not(kernel, jupyter_folders):
    kernel.run('predict("7.9", "?");\npredict("7.8", 3);\ncheck("7.I3", 10);\ncheck("7.I3", 0.1);')
    stored = json.loads((jupyter_folders / "share/chainrule/progress.json").read_text())
    assert stored["predict 7.8"] == {"state": "noted", "value": 3.0}
    assert "predict 7.9" not in stored
    assert stored["check 7.I3"]["state"] == "passed", "what was passed once stays passed"
    reply, outputs = kernel.run("course::progress()")
    assert reply["status"] == "ok"
    (line,) = [one["value"] for one in told(outputs)]
    assert " 7:" in line and "■" in line.split(" 7:")[1]


@pytest.mark.parametrize("variable", ["CHAINRULE_COURSE=strict", "NBGRADER_EXECUTION=autograde"])
def test_where_it_is_tested_what_does_not_hold_is_an_error_at_its_line(jupyter_folders, variable):
    name, value = variable.split("=")
    before = (jupyter_folders / "share/chainrule/progress.json")
    before = before.read_text() if before.exists() else None
    kernel = Kernel(env={name: value})
    try:
        reply, _ = kernel.run('claim("a", 0.99).at_least(0.985);')
        assert reply["status"] == "ok"
        reply, outputs = kernel.run('let a = 0.94;\nclaim("a", a).at_least(0.985);\nprintln!("never");')
        assert reply["status"] == "error" and "✗ a: 0.94; expected: at least 0.985" in reply["evalue"]
        assert told(outputs)[0]["state"] == "failed"
        # What grades takes standard error for a failure of its own.
        assert not [content for kind, content in outputs if kind == "stream"], "and the cell has ended there"
        reply, _ = kernel.run('check("7.I1", 0.00001);')
        assert reply["status"] == "error" and "The steps are so small" in reply["evalue"]
        reply, _ = kernel.run('check("7.B", "?");')
        assert reply["status"] == ("ok" if "COURSE" in name else "error")
        assert kernel.value("1 + 1") == "2"
    finally:
        kernel.stop()
    after = jupyter_folders / "share/chainrule/progress.json"
    assert (after.read_text() if after.exists() else None) == before, "a test is no progress"


def test_a_learners_own_names_win(kernel):
    reply, outputs = kernel.run(
        'fn check(a: i32) -> i32 { a + 1 }\nlet hint = 3;\nfn claim() -> i32 { 5 }\nprintln!("{} {hint} {}", check(1), claim());'
    )
    assert reply["status"] == "ok" and "2 3 5" in str(outputs)


def test_a_quiz_has_widgets_and_answers_an_option_at_once(kernel):
    reply, outputs = kernel.run('quiz("7.q")')
    assert reply["status"] == "ok"
    shown = [content["data"] for kind, content in outputs if kind == "display_data"]
    assert len([data for data in shown if "application/vnd.jupyter.widget-view+json" in data]) == 6
    assert all("<details>" in data["text/html"] for data in shown[:6])
    opened = {m["comm_id"]: m["data"]["state"] for kind, m in outputs if kind == "comm_open"}
    choice = next(i for i, state in opened.items() if state["_model_name"] == "RadioButtonsModel")
    kernel.client.session.send(
        kernel.client.shell_channel.socket,
        "comm_msg",
        {"comm_id": choice, "data": {"method": "update", "state": {"index": 0}, "buffer_paths": []}},
    )
    seen = []
    while not any("answered" in text and "1 of 6" in text for text in seen):
        message = kernel.client.get_iopub_msg(timeout=60)
        seen.append(json.dumps(message["content"], ensure_ascii=False))
    assert any("✓ ln 100." in text for text in seen), seen
    # What is kept in the notebook is what a teacher's report reads.
    kept = json.loads(seen[-1])["data"]["application/vnd.chainrule.course+json"]
    assert kept["kind"] == "quiz" and kept["value"]["given"] == 1 and kept["value"]["of"] == 6
