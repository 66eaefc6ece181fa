"""The messages of the protocol, as Jupyter's own client sees them."""

import re
import socket
import threading
import time

import pytest
from conftest import Kernel, plain


def kinds(outputs):
    return [kind for kind, _ in outputs]


def test_kernel_info_comes_at_once_and_on_both_channels(jupyter_folders):
    kernel = Kernel()
    try:
        info = kernel.request("kernel_info_request", {}, "control")
        assert info["language_info"]["name"] == "rust"
        assert info["protocol_version"] == "5.5"
        # While the evaluator still starts behind it. Python's own start of the process is part of the figure.
        start = time.perf_counter()
        kernel.value(f"{time.time_ns()}u64")  # nobody has compiled it before
        first = kernel.ready_after + time.perf_counter() - start
        print(f"\nkernel start to kernel_info_reply: {kernel.ready_after:.3f} s, to the first value {first:.3f} s")
        # Whoever had something else started first, such as evcxr, would wait for that alone.
        assert kernel.ready_after < 0.9 * first
    finally:
        kernel.stop()


def test_a_value_is_the_result_and_counts_start_at_one(jupyter_folders):
    kernel = Kernel()
    try:
        reply, outputs = kernel.run("1 + 1")
        assert (reply["status"], reply["execution_count"]) == ("ok", 1)
        assert kinds(outputs) == ["status", "execute_input", "execute_result", "status"]
        assert outputs[1][1] == {"code": "1 + 1", "execution_count": 1}
        assert outputs[2][1] == {"execution_count": 1, "data": {"text/plain": "2"}, "metadata": {}}
    finally:
        kernel.stop()


def test_variables_and_functions_live_on(kernel):
    kernel.run("let a = 20; fn double(x: i32) -> i32 { 2 * x }")
    assert kernel.value("double(a) + 2") == "42"


def test_streams_are_shown_while_the_cell_runs(kernel, tmp_path):
    arrivals, seen = [], tmp_path / "seen"

    def note(message):
        if message["msg_type"] == "stream":
            arrivals.append(message["content"]["text"])
            seen.touch()

    # The cell goes on when its first output was seen.
    code = f"""
        print!("a");
        while !std::path::Path::new("{seen}").exists() {{ std::thread::yield_now(); }}
        println!("b");
    """
    kernel.client.execute_interactive(code, timeout=60, output_hook=note)
    assert arrivals[0] == "a" and "".join(arrivals) == "ab\n"


def test_stderr_and_stdout_are_told_apart(kernel):
    _, outputs = kernel.run('println!("out"); eprintln!("err");')
    streams = {content["name"]: content["text"] for kind, content in outputs if kind == "stream"}
    assert streams == {"stdout": "out\n", "stderr": "err\n"}


def test_a_unit_value_shows_nothing(kernel):
    _, outputs = kernel.run('println!("x")')
    assert "execute_result" not in kinds(outputs)


@pytest.mark.parametrize(
    "code, name, word",
    [
        ('let n: i32 = "a";', "CompileError", "mismatched types"),
        ("let v = vec![1]; v[3]", "Panic", "index out of bounds"),
        ('let n: i32 = "abc".parse()?;', "Error", "invalid digit"),
        ("tensor([1.0, 2.0]) + tensor([1.0, 2.0, 3.0]);", "Panic", "[2]"),
    ],
)
def test_a_failing_cell_has_one_error_also_in_the_reply(kernel, code, name, word):
    reply, outputs = kernel.run(code)
    (error,) = [content for kind, content in outputs if kind == "error"]
    assert kinds(outputs) == ["status", "execute_input", "error", "status"]
    assert reply["status"] == "error"
    assert {key: reply[key] for key in error} == error
    assert error["ename"] == name
    assert word in error["evalue"], error["evalue"]
    assert isinstance(error["traceback"], list) and name in error["traceback"][-1]


def test_an_error_names_the_cell_and_the_line(kernel):
    reply, _ = kernel.run("let ok = 1;\n\nlet boom = [1, 2][ok + 1];")
    assert f"cell [{reply['execution_count']}], line 3" in reply["traceback"][-1]
    kernel.run("fn third(v: &[i32]) -> i32 {\n    v[2]\n}")
    defined = kernel.run("1")[0]["execution_count"] - 1
    reply, _ = kernel.run("third(&[1, 2])")
    assert f"cell [{defined}], line 2" in reply["traceback"][-1]
    # A cell that is part of that line is not mistaken for it.
    kernel.run("let v = 1;")
    kernel.run("v")
    reply, _ = kernel.run("third(&[1, 2])")
    assert f"cell [{defined}], line 2" in reply["traceback"][-1]
    reply, _ = kernel.run("let a = 1;\nlet é = a + nothing;")
    assert f"cell [{reply['execution_count']}]:2:13" in "\n".join(reply["traceback"]).replace("\x1b[0m", "")


def test_columns_in_a_last_expression_are_the_learners(kernel):
    reply, _ = kernel.run("let a = 1;\n  a + nothing * 2")
    said = plain(reply["traceback"])
    assert ":2:7" in said, said
    assert "2 |   a + nothing * 2\n  |       ^^^^^^^" in said, said


def test_a_value_that_cannot_be_shown(kernel):
    reply, _ = kernel.run("struct Mute;\nMute")
    assert "`Mute` doesn't implement `Debug`" in reply["evalue"], reply
    said = plain(reply["traceback"])
    assert "this value cannot be shown" in said and "#[derive(Debug)]" in said and "evcxr" not in said, said


@pytest.mark.parametrize(
    "code, words",
    [
        ("let f = |x: i32| x + 1;", "the closure `f` cannot be kept for the next cell"),
        ("let lent = vec![1]; let r = &lent;", "`r` borrows from another variable"),
        ("let v = Vec::new();", "type"),
    ],
)
def test_what_cannot_be_kept_is_explained(kernel, code, words):
    reply, _ = kernel.run(code)
    assert reply["ename"] == "CompileError"
    assert words in reply["evalue"] and "evcxr" not in "\n".join(reply["traceback"]), reply


def test_a_picture_stays_one_when_the_expression_moves_a_variable(kernel):
    reply, outputs = kernel.run("let moved = vec![1.0, 2.0, 4.0];\nplot::curve(&[1.0, 2.0, 3.0], &tensor(moved))")
    assert reply["status"] == "ok", reply
    (result,) = [content for kind, content in outputs if kind == "execute_result"]
    assert "image/svg+xml" in result["data"]


def test_an_error_about_a_type_does_not_take_long(kernel):
    usual = kernel.seconds_to_compile()
    start = time.perf_counter()
    reply, _ = kernel.run(f"let nobody_knows = Default::default(); // {time.time_ns()}")
    took = time.perf_counter() - start
    assert reply["status"] == "error"
    print(f"\nan error about a type: {took:.2f} s, a cell {usual:.2f} s")
    # Checking all crates that the library needs would take much longer.
    assert took < 10 * usual


def test_a_cell_with_an_impl_can_be_run_again(kernel):
    kernel.run("struct Point { x: i32 }")
    assert kernel.run("impl Point { fn twice(&self) -> i32 { self.x * 2 } }")[0]["status"] == "ok"
    show = "impl std::fmt::Display for Point { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result "
    assert kernel.run(show + '{ write!(f, "at {}", self.x) } }')[0]["status"] == "ok"
    assert kernel.value('let p = Point { x: 4 };\nformat!("{p} {}", p.twice())') == '"at 4 8"'
    # Edited, and with a mistake in between, which changes nothing.
    assert kernel.run("impl Point { fn twice(&self) -> i32 { self.y } }")[0]["status"] == "error"
    assert kernel.run("impl Point { fn twice(&self) -> i32 { self.x * 3 } }")[0]["status"] == "ok"
    assert kernel.run(show + '{ write!(f, "x = {}", self.x) } }')[0]["status"] == "ok"
    assert kernel.value('let p = Point { x: 4 };\nformat!("{p} {}", p.twice())') == '"x = 4 12"'


def test_a_cell_with_an_extern_block_can_be_run_again(kernel):
    declared = 'unsafe extern "C" { safe fn abs(number: i32) -> i32; }'
    assert kernel.run(declared)[0]["status"] == "ok"
    assert kernel.run(declared)[0]["status"] == "ok"
    assert kernel.value(declared + "\nabs(-3)") == "3"


def test_a_program_from_a_book_is_run(kernel):
    _, outputs = kernel.run('fn main() {\n    println!("Hello, world!");\n}')
    assert [content["text"] for kind, content in outputs if kind == "stream"] == ["Hello, world!\n"]
    reply, _ = kernel.run('fn main() -> Result<(), String> {\n    Err("not today".to_owned())\n}')
    assert (reply["ename"], reply["evalue"]) == ("Error", "not today")


def test_silent_and_store_history(kernel):
    before = kernel.run("1")[0]["execution_count"]
    reply, outputs = kernel.run("println!(\"unheard\"); 2", silent=True)
    assert kinds(outputs) == ["status", "status"]
    assert reply["status"] == "ok"
    kernel.run("3", store_history=False)
    assert kernel.run("4")[0]["execution_count"] == before + 1


def test_user_expressions(kernel):
    kernel.run("let seven = 7;")
    reply, _ = kernel.run("", user_expressions={"good": "seven + 1", "bad": "nowhere"})
    assert reply["user_expressions"]["good"]["data"]["text/plain"] == "8"
    assert reply["user_expressions"]["bad"]["status"] == "error"


def test_a_failing_cell_stops_those_that_wait(kernel):
    client = kernel.client
    first = client.execute("std::thread::sleep(std::time::Duration::from_millis(300)); panic!(\"no\")", stop_on_error=True)
    second = client.execute("let never = 1;")
    replies = {}
    while len(replies) < 2:
        reply = client.get_shell_msg(timeout=60)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]
    assert replies[first]["ename"] == "Panic"
    assert replies[second]["ename"] == "Aborted"
    assert kernel.run("never")[0]["status"] == "error"


def test_what_is_sent_after_an_error_is_run(kernel):
    """Only what was sent before the front end could know of the error is not run, however fast it sends the next."""
    client = kernel.client
    for _ in range(500):
        replies = []
        for code in [":load_config", ""]:  # neither needs the compiler
            request = client.execute(code, stop_on_error=True)
            reply = client.get_shell_msg(timeout=10)
            assert reply["parent_header"]["msg_id"] == request
            replies.append(reply["content"])
        assert (replies[0]["ename"], replies[1]["status"]) == ("Error", "ok"), replies


def test_is_complete(kernel):
    status = lambda code: kernel.request("is_complete_request", {"code": code})["status"]
    assert status("let x = 1;") == "complete"
    assert kernel.request("is_complete_request", {"code": "fn f() {"}) == {"status": "incomplete", "indent": "    "}
    assert status("let = 5;") == "invalid"


def test_complete_counts_code_points(kernel):
    kernel.run("let variable_to_complete = 1;")
    code = 'let é = "🦀"; variable_to_c'
    reply = kernel.request("complete_request", {"code": code, "cursor_pos": len(code)})
    assert reply["matches"] == ["variable_to_complete"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (13, len(code))


def test_inspect(kernel):
    kernel.run("let inspected: Vec<u8> = vec![];")
    reply = kernel.request("inspect_request", {"code": "inspected.len()", "cursor_pos": 3, "detail_level": 0})
    assert reply["found"] and "Vec<u8>" in reply["data"]["text/plain"]
    reply = kernel.request("inspect_request", {"code": "Tensor::zeros(&[2])", "cursor_pos": 9, "detail_level": 0})
    assert reply["found"] and "zeros" in reply["data"]["text/plain"]
    reply = kernel.request("inspect_request", {"code": "  ", "cursor_pos": 1, "detail_level": 0})
    assert reply == {"status": "ok", "found": False, "data": {}, "metadata": {}}


def test_history(kernel):
    kernel.run("6 * 7")
    tail = kernel.request("history_request", {"hist_access_type": "tail", "n": 1, "output": True, "raw": True})
    assert tail["history"][0][2] == ["6 * 7", "42"]
    search = {"hist_access_type": "search", "pattern": "6 ? 7", "n": 3, "output": False, "raw": True, "unique": True}
    assert len(kernel.request("history_request", search)["history"]) == 1


def test_comms_are_closed_and_none_are_known(kernel):
    assert kernel.request("comm_info_request", {}) == {"status": "ok", "comms": {}}
    message = kernel.client.session.msg("comm_open", {"comm_id": "c1", "target_name": "unknown", "data": {}})
    kernel.client.shell_channel.send(message)
    seen = {}
    while "comm_close" not in seen:
        reply = kernel.client.get_iopub_msg(timeout=30)
        seen[reply["msg_type"]] = reply["content"]
    assert seen["comm_close"]["comm_id"] == "c1"


def test_displays_are_updated_and_cleared(kernel):
    code = """
    let handle = DisplayHandle::new(&Bundle::text("one"));
    handle.update(&Bundle::text("two").html("<b>two</b>"));
    clear_output(true);
    show(&Bundle::text("three"));
    """
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", reply
    shown = outputs[2:-1]
    assert [kind for kind, _ in shown] == ["display_data", "update_display_data", "clear_output", "display_data"]
    assert shown[0][1]["transient"]["display_id"] == shown[1][1]["transient"]["display_id"]
    assert shown[1][1]["data"] == {"text/plain": "two", "text/html": "<b>two</b>"}
    assert shown[2][1] == {"wait": True}
    assert shown[3][1] == {"data": {"text/plain": "three"}, "metadata": {}, "transient": {}}
    # A later cell changes the display of an earlier one.
    _, outputs = kernel.run('handle.update(&Bundle::text("four"));')
    assert [kind for kind, _ in outputs][2] == "update_display_data"


def test_a_path_from_the_root_is_no_command(kernel):
    assert kernel.value("::std::cmp::max(1, 2)") == "2"
    assert kernel.value("\n  ::std::cmp::min(1, 2)") == "1"


def test_crates_that_display_under_evcxr_are_understood(kernel):
    code = """
    struct Picture(i32);
    impl Picture {
        fn evcxr_display(&self) {
            println!("EVCXR_BEGIN_CONTENT text/html\\n<i>{}</i>\\nEVCXR_END_CONTENT", self.0);
        }
    }
    Picture(1).evcxr_display();
    println!("between");
    Picture(2)
    """
    _, outputs = kernel.run(code)
    shown = [(kind, content.get("data", {}).get("text/html") or content.get("text")) for kind, content in outputs[2:-1]]
    assert shown == [("display_data", "<i>1</i>"), ("stream", "between\n"), ("execute_result", "<i>2</i>")]


def test_interrupt(kernel):
    kernel.run("let mut kept = 1; let mut t = tensor([1.0]);")
    interrupt = kernel.manager.interrupt_kernel
    # A loop of tensor operations looks at the flag: what it did stays done.
    reply = kernel.run_until_running("kept = 2; loop { t = &t * 1.0; }", interrupt)
    assert reply["ename"] == "Interrupted" and kernel.value("kept") == "2"
    # A bare loop has to be ended: everything is as before.
    reply = kernel.run_until_running("kept = 3; loop {}", interrupt)
    assert reply["ename"] == "InterruptedByForce" and kernel.value("kept") == "2"
    # Interrupting nothing does nothing.
    assert kernel.request("interrupt_request", {}, "control") == {"status": "ok"}
    assert kernel.value("kept") == "2"


def test_the_notebook_folder_cannot_configure_the_kernel(jupyter_folders, tmp_path):
    marker = tmp_path / "was_run"
    (tmp_path / "evcxr.toml").write_text(
        f"[evcxr]\nprelude = 'std::fs::write(\"{marker}\", \"\").unwrap();'\ntmpdir = '{tmp_path}'\n"
    )
    kernel = Kernel(cwd=str(tmp_path))
    try:
        assert kernel.value("1") == "1"
        assert kernel.run(":load_config")[0]["status"] == "error"
        assert not marker.exists() and not (tmp_path / "src").exists()
        assert kernel.value("std::env::current_dir().unwrap()") == f'"{tmp_path}"'
    finally:
        kernel.stop()


@pytest.mark.parametrize("dependencies", ["", 'serde_json = { version = "1", features = ["raw_value"] }\n'])
def test_another_crate_does_not_disturb_the_library(jupyter_folders, tmp_path, dependencies):
    """Also one that wants more of a crate which the library uses: cargo would compile both again."""
    crate = tmp_path / "mine"
    (crate / "src").mkdir(parents=True)
    manifest = f'[package]\nname = "mine"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\n{dependencies}'
    (crate / "Cargo.toml").write_text(manifest)
    uses = "serde_json::value::RawValue::NULL.get().len() as i32 + 38" if dependencies else "42"
    (crate / "src" / "lib.rs").write_text(f"pub fn answer() -> i32 {{ {uses} }}\n")
    kernel = Kernel(cwd=str(tmp_path))
    try:
        kernel.run("let t = tensor([1.0, 2.0]).requires_grad();")
        assert kernel.run(':dep mine = { path = "mine" }')[0]["status"] == "ok"
        assert kernel.value("mine::answer()") == "42"
        # With another build of the library the variable would be of another type, and lost.
        assert kernel.value("(&t * 2.0).sum().item()") == "6.0"
        # What asks for the type of a variable compiles in another way.
        assert kernel.run("let unknown = Default::default();")[0]["status"] == "error"
        assert kernel.value("t.len()") == "2"
    finally:
        kernel.stop()


def test_variables_that_a_cell_does_not_mention_are_there_afterwards(jupyter_folders):
    """A cell takes only what it mentions: in code, in the text of a format, with and without `r#`."""
    kernel = Kernel()
    try:
        setup = 'let mut list = vec![1]; let word = String::from("w"); let größe = 2.5; let r#type = 7; let idle = Box::new(5);'
        assert kernel.run(setup)[0]["status"] == "ok"
        assert kernel.value('format!("{word} {größe}")') == '"w 2.5"'
        assert kernel.value("r#type + 1") == "8"
        assert kernel.run("list.push(2); panic!()")[0]["ename"] == "Panic"
        assert kernel.run('list.push(3); "x".parse::<i32>()?;')[0]["ename"] == "Error"
        assert kernel.run("list.push(4); std::process::abort();")[0]["ename"] == "Crash"
        assert kernel.run("let gone = word;")[0]["status"] == "ok"
        assert "moved" in "".join(kernel.run("word.len()")[0]["traceback"])
        assert kernel.run("let größe = list.len();")[0]["status"] == "ok"
        assert kernel.value("(list, größe, r#type, *idle, gone)") == '([1, 2, 3], 3, 7, 5, "w")'
    finally:
        kernel.stop()


def test_without_a_network_the_crates_at_hand_are_used_and_named(jupyter_folders):
    kernel = Kernel(env={"HTTPS_PROXY": "http://127.0.0.1:9"})  # nothing answers there
    try:
        assert kernel.run(':dep fastrand = "2"\nlet n: u8 = fastrand::Rng::with_seed(1).u8(..);')[0]["status"] == "ok"
        reply, _ = kernel.run(':dep no_such_crate_at_hand = "1"')
        said = "\n".join(reply["traceback"])
        assert reply["status"] == "error" and "There is no network. Crates that were fetched before: " in said, said
        assert "no_such_crate_at_hand" in said and "base64" in said, said
        assert reply["evalue"].startswith("error: no matching package named `no_such_crate_at_hand` found"), reply["evalue"]
        assert kernel.value("n as u32 + 1 > 0") == "true"
    finally:
        kernel.stop()


def test_a_first_cell_may_ask_the_network_for_a_crate(jupyter_folders):
    """A proxy that answers nothing: what counts is that cargo comes to it."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        visits = []

        def answer():
            while True:
                try:
                    visitor, _ = proxy.accept()
                except OSError:
                    return
                visits.append(1)
                visitor.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        address = "http://127.0.0.1:%d" % proxy.getsockname()[1]
        kernel = Kernel(env={"HTTPS_PROXY": address, "CARGO_NET_RETRY": "0"})
        try:
            reply, _ = kernel.run(':dep no_such_crate_at_hand = "1"')
            said = "\n".join(reply["traceback"])
            assert reply["status"] == "error" and "offline" not in said and visits, (visits, said)
            assert "There is no network. Crates that were fetched before: " in said, said
        finally:
            kernel.stop()
            proxy.shutdown(socket.SHUT_RDWR)


def test_names_of_a_cell_that_are_like_ours_are_said(kernel):
    reply, _ = kernel.run("let found = evcxr_image_count + 1;")
    assert "cannot find value `evcxr_image_count`" in reply["evalue"], reply["evalue"]


def test_the_learners_own_words_before_an_error_are_kept(kernel):
    reply, _ = kernel.run('compile_error!("parse error: no number");')
    assert "parse error: no number" in reply["evalue"], reply["evalue"]


def test_the_arrays_of_ndarray_are_those_of_the_library(jupyter_folders):
    kernel = Kernel()
    try:
        assert kernel.run(':dep ndarray = "0.17"\nlet t = tensor([1.0, 2.0]);')[0]["status"] == "ok"
        assert kernel.value("Tensor::from(ndarray::arr1(&[3.0f32, 4.0]).into_dyn()).len() + t.len()") == "4"
    finally:
        kernel.stop()


def test_a_cell_can_ask(kernel):
    asked = []

    def answer(message):
        asked.append(message["content"])
        kernel.client.input("Ada \N{CRAB} \"L\"" if len(asked) == 1 else "secret")

    code = 'let name = input("Name? "); let word = input_password("Word? "); format!("{name}/{word}")'
    outputs = []
    reply = kernel.client.execute_interactive(
        code, timeout=60, allow_stdin=True, stdin_hook=answer, output_hook=outputs.append
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    assert asked == [{"prompt": "Name? ", "password": False}, {"prompt": "Word? ", "password": True}]
    (result,) = [m["content"] for m in outputs if m["msg_type"] == "execute_result"]
    assert result["data"]["text/plain"] == '"Ada \N{CRAB} \\"L\\"/secret"'
    # Where nobody can be asked, the cell fails instead of waiting.
    reply, _ = kernel.run('input("Name? ")', allow_stdin=False)
    assert reply["ename"] == "Panic" and "nobody to ask" in reply["evalue"]


def test_a_cell_that_waits_for_an_answer_can_be_interrupted(kernel):
    kernel.run("let before = 1;")
    reply = kernel.client.execute_interactive(
        'input("Name? ")',
        timeout=30,
        allow_stdin=True,
        stdin_hook=lambda message: kernel.manager.interrupt_kernel(),
        output_hook=lambda message: None,
    )
    assert reply["content"]["ename"] == "Interrupted", reply["content"]
    assert "stays changed" in reply["content"]["evalue"]
    # An answer that comes too late is not the answer to the next question.
    kernel.client.input("late")
    time.sleep(0.3)
    outputs = []
    reply = kernel.client.execute_interactive(
        'input("Again? ")', timeout=30, allow_stdin=True, stdin_hook=lambda message: kernel.client.input("in time"),
        output_hook=outputs.append,
    )
    assert [m["content"]["data"]["text/plain"] for m in outputs if m["msg_type"] == "execute_result"] == ['"in time"']


def ask(kernel, code, answers, **options):
    """Runs a cell, gives it answers one by one; returns the reply, the outputs and what was asked."""
    asked, outputs, left = [], [], list(answers)

    def answer(message):
        asked.append(message["content"])
        kernel.client.input(left.pop(0))

    reply = kernel.client.execute_interactive(
        code, timeout=60, allow_stdin=True, stdin_hook=answer, output_hook=outputs.append, stop_on_error=False
    )
    return reply["content"], [(m["msg_type"], m["content"]) for m in outputs], asked


def test_standard_input_asks_with_what_was_printed_last(kernel):
    code = """use std::io;
println!("Hello!");
print!("Your name? ");
let mut name = String::new();
io::stdin().read_line(&mut name)?;
println!("Nice to meet you, {}.", name.trim());
println!("And the year?");
let mut year = String::new();
io::stdin().read_line(&mut year)?;
(name, year.trim().parse::<i32>()?)"""
    reply, outputs, asked = ask(kernel, code, ["Ada \N{CRAB}", "1815"])
    assert reply["status"] == "ok", reply
    assert [question["prompt"] for question in asked] == ["Your name? ", "And the year?"]
    text = "".join(content["text"] for kind, content in outputs if kind == "stream")
    assert text == "Hello!\nNice to meet you, Ada \N{CRAB}.\nAnd the year?\n"  # the first prompt is shown by the front end
    (result,) = [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"]
    assert result == '("Ada \N{CRAB}\\n", 1815)'


def test_lines_of_standard_input_until_its_end(kernel):
    code = "let total: i32 = std::io::stdin().lines().map(|line| line.unwrap().parse::<i32>().unwrap()).sum(); total"
    reply, outputs, asked = ask(kernel, code, ["20", "22", "\x04"])
    assert [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"] == ["42"], reply
    assert len(asked) == 3
    # The end was that cell's.
    code = "let mut again = String::new(); std::io::stdin().read_line(&mut again)?; again"
    _, outputs, _ = ask(kernel, code, ["x"])
    assert [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"] == ['"x\\n"']


@pytest.mark.parametrize(
    "code, name",
    [
        ("let mut s = String::new(); std::io::stdin().read_line(&mut s).unwrap();", "Panic"),
        ("let mut s = String::new();\nstd::io::stdin().read_line(&mut s)?;", "Error"),
        ("for line in std::io::stdin().lines() { println!(\"{}\", line?); }", "Error"),
        ('input("Name? ");', "Panic"),
        ('input_password("Word? ");', "Panic"),
    ],
)
def test_where_nobody_can_be_asked_a_cell_fails_and_says_why(kernel, code, name):
    reply, _ = kernel.run(code, timeout=20, allow_stdin=False)
    assert reply["ename"] == name and "nobody to ask" in reply["evalue"] and "hint" in reply["evalue"], reply


def test_standard_input_never_hangs(kernel):
    # A loop that ignores errors ends, and a program that the cell starts finds its input empty.
    reply, _ = kernel.run("for line in std::io::stdin().lines() { if let Ok(l) = line { println!(\"{l}\"); } }", timeout=20, allow_stdin=False)
    assert reply["status"] == "ok"
    reply, _ = kernel.run('assert!(std::process::Command::new("cat").status()?.success());', timeout=20, allow_stdin=True)
    assert reply["status"] == "ok", reply
    kernel.run("let before = 1;")
    reply = kernel.client.execute_interactive(
        "let mut s = String::new();\nstd::io::stdin().read_line(&mut s)?;",
        timeout=30,
        allow_stdin=True,
        stdin_hook=lambda message: kernel.manager.interrupt_kernel(),
        output_hook=lambda message: None,
    )
    assert reply["content"]["ename"] == "Interrupted", reply["content"]
    assert kernel.value("before") == "1"


def test_vars_is_a_table_with_types_shapes_and_sizes(jupyter_folders):
    kernel = Kernel()
    try:
        _, outputs = kernel.run(":vars")
        assert [content["data"]["text/plain"] for kind, content in outputs if kind == "display_data"] == [
            "There are no variables yet."
        ]
        kernel.run(
            """struct Mine { a: u64 }
let count = 3i32;
let names = vec![String::from("a"), String::from("b")];
let text = String::from("hé");
let weights = Tensor::zeros(&[784, 128]);
let mine = Mine { a: 1 };
let boxed: Box<dyn Fn(f32) -> f32> = Box::new(|x| x);
let model = Sequential::new().add(Dense::new(2, 3).relu()).add(Dense::new(3, 1));
let moons = data::two_moons(100, 0.1);
let map = std::collections::HashMap::from([(1, 2)]);"""
        )
        reply, outputs = kernel.run(":vars\nnames.len()")
        assert reply["status"] == "ok", reply
        (table,) = [content["data"] for kind, content in outputs if kind == "display_data"]
        assert "<table" in table["text/html"]
        rows = {line.split()[0]: re.split(r"\s{2,}", line.strip()) for line in table["text/plain"].splitlines() if line[:1] != "─"}
        assert rows["count"] == ["count", "i32", "4 B"]
        assert rows["names"][:3] == ["names", "Vec<String>", "2 elements"]
        assert rows["text"][:3] == ["text", "String", "2 characters"]
        assert rows["weights"] == ["weights", "Tensor", "[784, 128]", "401.4 kB"]
        assert rows["mine"] == ["mine", "Mine", "8 B"]
        assert rows["model"] == ["model", "Sequential", "2 layers", "52 B"]
        assert rows["moons"][:3] == ["moons", "Dataset", "[100, 2] → [100]"]
        assert rows["map"][:3] == ["map", "HashMap<i32, i32>", "1 element"]
        # The rest of the cell was run, and nothing was moved.
        assert [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"] == ["2"]
        assert kernel.value("mine.a + count as u64") == "4"
    finally:
        kernel.stop()


@pytest.mark.parametrize(
    "language, counts",
    [("en", "The default counts instead."), ("zh", "将改用默认值。")],
)
def test_a_wrong_setting_is_named_by_the_first_cell_and_the_default_counts(jupyter_folders, language, counts):
    wrong = {"CHAINRULE_MEMORY": "lots", "CHAINRULE_UNDO": "[", "CHAINRULE_LANGUAGE": language}
    kernel = Kernel(env=wrong)
    try:
        reply, outputs = kernel.run("1")
        assert reply["status"] == "ok", reply
        said = "".join(content["text"] for kind, content in outputs if kind == "stream")
        assert 'CHAINRULE_MEMORY: "lots" is not understood; expected: a size of at least 64M' in said, said
        assert 'CHAINRULE_UNDO: "[" is not understood; expected: a number, or none' in said, said
        assert said.count(counts) == 2, said
        _, outputs = kernel.run("2")
        assert not [kind for kind, _ in outputs if kind == "stream"]
    finally:
        kernel.stop()


def test_a_timeout_of_the_kernel(jupyter_folders):
    kernel = Kernel(env={"CHAINRULE_TIMEOUT": "6"})
    try:
        # On a busy machine the first cells may themselves reach the limit.
        attempts = (kernel.run("let mut count = 1; let t = tensor([1.0]);")[0]["status"] for _ in range(10))
        assert "ok" in attempts
        kernel.run("1")
        # A cell that reacts keeps what it did, one that does not is undone.
        reply, _ = kernel.run("count = 2; loop { t.exp(); }")
        assert reply["ename"] == "Timeout" and "limit of 6 s" in reply["evalue"] and "stays changed" in reply["evalue"]
        assert kernel.value("count") == "2"
        reply, _ = kernel.run("count = 3; loop {}")
        assert reply["ename"] == "Timeout" and "CHAINRULE_TIMEOUT=60" in reply["evalue"] and "`count`" in reply["evalue"]
        assert kernel.value("count") == "2"
    finally:
        kernel.stop()


def test_ipc(jupyter_folders):
    kernel = Kernel(transport="ipc")
    try:
        assert kernel.value("2 + 2") == "4"
    finally:
        kernel.stop()
