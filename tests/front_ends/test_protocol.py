"""The parts of the protocol beside cells: comms, payloads, usage, history, what is not supported, and safety."""

import contextlib
import json
import os
import subprocess
import time

import pytest
from conftest import CHAINRULE, TIMEOUT, Kernel


def collect(kernel, message, channel="shell"):
    """Sends a message and returns what is published about it, up to its `idle`."""
    getattr(kernel.client, channel + "_channel").send(message)
    published = []
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        seen = kernel.client.get_iopub_msg(timeout=TIMEOUT)
        if seen["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        published.append((seen["msg_type"], seen["content"]))
        if published[-1] == ("status", {"execution_state": "idle"}):
            return published
    raise TimeoutError(message["msg_type"])


def comm(kernel, kind, comm_id, data=None, **content):
    return kernel.client.session.msg(kind, {"comm_id": comm_id, "data": data or {}, **content})


def of_kind(published, kind):
    return [content for seen, content in published if seen == kind]


def text(published):
    return "".join(content["text"] for content in of_kind(published, "stream"))


def open_comms(kernel, **wanted):
    return kernel.request("comm_info_request", wanted)["comms"]


# Comms


def test_a_cell_talks_with_the_front_end(kernel):
    reply, outputs = kernel.run('let slider = Comm::open("slider", json!({"from": 0, "to": 10})); slider.send(json!([1, 2]));')
    assert reply["status"] == "ok", reply
    (opened,) = of_kind(outputs, "comm_open")
    assert (opened["target_name"], opened["data"]) == ("slider", {"from": 0, "to": 10})
    slider = opened["comm_id"]
    assert of_kind(outputs, "comm_msg") == [{"comm_id": slider, "data": [1, 2]}]
    assert open_comms(kernel, target_name="slider") == {slider: {"target_name": "slider"}}
    assert open_comms(kernel, target_name="other") == {}
    # What arrives between cells waits for the next one that asks, in order.
    for value in [3, 4]:
        assert collect(kernel, comm(kernel, "comm_msg", slider, {"value": value})) == [
            ("status", {"execution_state": "busy"}),
            ("status", {"execution_state": "idle"}),
        ]
    _, outputs = kernel.run("while let Some(message) = slider.received() { println!(\"{}\", message[\"value\"]); }")
    assert text(outputs) == "3\n4\n"
    _, outputs = kernel.run("slider.close(); slider.send(json!(1)); slider.is_open()")
    assert [kind for kind, _ in outputs if kind.startswith("comm")] == ["comm_close"]
    assert of_kind(outputs, "execute_result")[0]["data"]["text/plain"] == "false"
    assert open_comms(kernel, target_name="slider") == {}


def test_a_running_cell_gets_messages(kernel):
    """They do not queue behind the cell that waits for them."""
    seen = []

    def answer(message):
        seen.append(message["msg_type"])
        if message["msg_type"] == "comm_open":
            comm_id = message["content"]["comm_id"]
            kernel.client.shell_channel.send(comm(kernel, "comm_msg", comm_id, {"x": "é" * 10}))
            kernel.client.shell_channel.send(comm(kernel, "comm_close", comm_id))

    code = """
    let asked = Comm::open("t", json!({}));
    while let Some(message) = asked.wait() { println!("{}", message["x"].as_str().unwrap_or("?")); }
    println!("closed");
    """
    outputs = []
    reply = kernel.client.execute_interactive(
        code, timeout=TIMEOUT, output_hook=lambda message: (answer(message), outputs.append(message))
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    assert "".join(m["content"]["text"] for m in outputs if m["msg_type"] == "stream") == "é" * 10 + "\nclosed\n"


def test_a_cell_that_waits_for_a_message_can_be_interrupted(kernel):
    kernel.run('let silent = Comm::open("t", json!({}));')
    reply = kernel.run_until_running("silent.wait();", kernel.manager.interrupt_kernel)
    assert reply["ename"] == "Interrupted", reply
    assert kernel.value("silent.received().is_none()") == "true"
    kernel.run("silent.close();")


def test_handlers_run_when_no_cell_does(kernel):
    code = """
    let doubled = Comm::open("double", json!({}));
    let mut count = 0;
    doubled.on_message(move |comm, message| {
        count += 1;
        println!("message {count}");
        comm.send(json!(2 * message["value"].as_i64().unwrap()));
    });
    """
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", reply
    comm_id = of_kind(outputs, "comm_open")[0]["comm_id"]
    for number, value in enumerate([4, 5], 1):
        published = collect(kernel, comm(kernel, "comm_msg", comm_id, {"value": value}))
        assert text(published) == f"message {number}\n"
        assert of_kind(published, "comm_msg") == [{"comm_id": comm_id, "data": 2 * value}]
    # One that fails says so, and the next message finds the handler at work.
    published = collect(kernel, comm(kernel, "comm_msg", comm_id, {"value": "no number"}))
    (error,) = of_kind(published, "error")
    assert error["ename"] == "Panic" and "None" in error["evalue"], error
    published = collect(kernel, comm(kernel, "comm_msg", comm_id, {"value": 1}))
    assert of_kind(published, "comm_msg") == [{"comm_id": comm_id, "data": 2}]
    # The count of cells goes on as if nothing had been run.
    before = kernel.run("1")[0]["execution_count"]
    collect(kernel, comm(kernel, "comm_msg", comm_id, {"value": 1}))
    assert kernel.run("1")[0]["execution_count"] == before + 1
    kernel.run("doubled.close();")


def test_the_front_end_opens_a_comm(kernel):
    reply, _ = kernel.run(
        'Comm::register("chat", |comm, data| {'
        '  comm.send(json!(format!("hello {}", data["name"].as_str().unwrap())));'
        "  comm.on_message(|comm, message| comm.send(json!([message])));"
        "});"
    )
    assert reply["status"] == "ok", reply
    published = collect(kernel, comm(kernel, "comm_open", "c7", {"name": "Ada"}, target_name="chat"))
    assert of_kind(published, "comm_msg") == [{"comm_id": "c7", "data": "hello Ada"}]
    assert open_comms(kernel, target_name="chat") == {"c7": {"target_name": "chat"}}
    published = collect(kernel, comm(kernel, "comm_msg", "c7", {"n": 1}))
    assert of_kind(published, "comm_msg") == [{"comm_id": "c7", "data": [{"n": 1}]}]
    # A second one with the same id, one for nobody, messages for none: refused or ignored.
    published = collect(kernel, comm(kernel, "comm_open", "c8", target_name="unknown"))
    assert of_kind(published, "comm_close") == [{"comm_id": "c8", "data": {}}]
    published = collect(kernel, comm(kernel, "comm_msg", "c9", {"n": 1}))
    assert [kind for kind, _ in published] == ["status", "status"]
    collect(kernel, comm(kernel, "comm_close", "c7"))
    assert open_comms(kernel, target_name="chat") == {}


def test_buffers_are_no_harm(kernel):
    message = kernel.client.session.msg("comm_msg", {"comm_id": "c10", "data": {}})
    kernel.client.session.send(kernel.client.shell_channel.socket, message, buffers=[b"\0" * 1000, b""])
    message = kernel.client.session.msg("execute_request", {"code": "6 * 7", "silent": False})
    kernel.client.session.send(kernel.client.shell_channel.socket, message, buffers=[b"buffer"])
    assert kernel.client.get_shell_msg(timeout=TIMEOUT)["content"]["status"] == "ok"


# Widgets


def widgets(outputs):
    """The states of the widgets that a cell opened, by the ids of their comms."""
    return {content["comm_id"]: content["data"]["state"] for content in of_kind(outputs, "comm_open")}


def update(kernel, comm_id, **state):
    return comm(kernel, "comm_msg", comm_id, {"method": "update", "state": state, "buffer_paths": []})


def test_a_slider_is_shown_moved_and_read(kernel):
    reply, outputs = kernel.run('let rate = FloatSlider::new("learning rate", 0.0, 1.0, 0.1);\nrate')
    assert reply["status"] == "ok", reply
    states = widgets(outputs)
    (slider,) = [comm_id for comm_id, state in states.items() if state["_model_name"] == "FloatSliderModel"]
    state = states[slider]
    assert {name: state[name] for name in ["description", "value", "min", "max", "step", "_view_name"]} == {
        "description": "learning rate", "value": 0.1, "min": 0.0, "max": 1.0, "step": 0.01, "_view_name": "FloatSliderView",
    }
    # What it refers to was opened before it.
    for part in ["style", "layout"]:
        assert list(states).index(state[part].removeprefix("IPY_MODEL_")) < list(states).index(slider)
    (shown,) = of_kind(outputs, "execute_result")
    assert shown["data"]["application/vnd.jupyter.widget-view+json"]["model_id"] == slider
    assert shown["data"]["text/plain"] == "learning rate: 0.1"
    assert kernel.value("rate.value()") == "0.1"
    # Nobody has to handle what the page says.
    assert [kind for kind, _ in collect(kernel, update(kernel, slider, value=0.7))] == ["status", "status"]
    assert kernel.value("rate.value()") == "0.7"
    # A page that is loaded again asks for the state, and for nothing else.
    published = collect(kernel, comm(kernel, "comm_msg", slider, {"method": "request_state"}))
    (told,) = of_kind(published, "comm_msg")
    assert told["comm_id"] == slider and told["data"] == {"method": "update", "state": {**state, "value": 0.7}, "buffer_paths": []}
    # A cell can move it, too.
    _, outputs = kernel.run('rate.widget().set("value", 0.25); rate.value()')
    assert of_kind(outputs, "comm_msg") == [
        {"comm_id": slider, "data": {"method": "update", "state": {"value": 0.25}, "buffer_paths": []}}
    ]
    assert of_kind(outputs, "execute_result")[0]["data"]["text/plain"] == "0.25"
    kernel.run("rate.widget().close();")


def test_a_widget_says_its_version(kernel):
    """Without it a page refuses the widget."""
    opened = []

    def hear(message):
        if message["msg_type"] == "comm_open":
            opened.append(message["metadata"])

    kernel.client.execute_interactive('let box_ = Checkbox::new("shuffle", true);', timeout=TIMEOUT, output_hook=hear)
    assert opened == [{"version": "2.1.0"}] * 3


def test_all_states_are_told_at_once(kernel):
    _, outputs = kernel.run('let choice = Dropdown::new("activation", &["relu", "tanh"]); choice.value()')
    assert of_kind(outputs, "execute_result")[0]["data"]["text/plain"] == '"relu"'
    (choice,) = [comm_id for comm_id, state in widgets(outputs).items() if state["_model_name"] == "DropdownModel"]
    collect(kernel, update(kernel, choice, index=1))
    assert kernel.value("choice.value()") == '"tanh"'
    # A widget that a cell has opened by hand, with nothing that a page needs.
    kernel.run('let bare = Comm::open("jupyter.widget", json!({"state": {}}));')
    # Nobody can take over what is open.
    published = collect(kernel, comm(kernel, "comm_open", choice, target_name="jupyter.widget.control"))
    assert of_kind(published, "comm_close") == [{"comm_id": choice, "data": {}}]
    assert open_comms(kernel)[choice] == {"target_name": "jupyter.widget"}
    collect(kernel, comm(kernel, "comm_open", "control-1", target_name="jupyter.widget.control"))
    published = collect(kernel, comm(kernel, "comm_msg", "control-1", {"method": "request_states"}))
    (told,) = of_kind(published, "comm_msg")
    assert told["comm_id"] == "control-1" and told["data"]["method"] == "update_states"
    state = told["data"]["states"][choice]
    assert (state["model_name"], state["model_module"], state["state"]["index"]) == (
        "DropdownModel", "@jupyter-widgets/controls", 1,
    )
    collect(kernel, comm(kernel, "comm_close", "control-1"))
    assert "control-1" not in open_comms(kernel)


def test_a_cell_that_runs_sees_a_slider_move(kernel):
    """The learning rate of a training loop, for example; and a page that is loaded meanwhile gets its state."""
    _, outputs = kernel.run('let live = IntSlider::new("units", 1, 64, 16);')
    (slider,) = [comm_id for comm_id, state in widgets(outputs).items() if state["_model_name"] == "IntSliderModel"]
    code = """
    println!("{}", live.value());
    while live.value() == 16 { std::thread::sleep(std::time::Duration::from_millis(5)); }
    live.value()
    """
    message_id = kernel.client.execute(code)
    question = comm(kernel, "comm_msg", slider, {"method": "request_state"})
    told, result, is_running = None, None, True
    deadline = time.monotonic() + TIMEOUT
    while is_running and time.monotonic() < deadline:
        message = kernel.client.get_iopub_msg(timeout=TIMEOUT)
        kind, content, parent = message["msg_type"], message["content"], message["parent_header"].get("msg_id")
        if parent == question["header"]["msg_id"] and kind == "comm_msg":
            told = content["data"]["state"]["value"]
            kernel.client.shell_channel.send(update(kernel, slider, value=32))
        if parent == message_id and kind == "stream":
            kernel.client.shell_channel.send(question)
        if parent == message_id and kind == "execute_result":
            result = content["data"]["text/plain"]
        is_running = (parent, content.get("execution_state")) != (message_id, "idle")
    # The cell ends only after the slider has moved, and it was moved only after the page had its state.
    assert (told, result) == (16, "32")


def test_a_picture_follows_its_controls(kernel):
    code = """
    let factor = 10;
    interact((IntSlider::new("a", 0, 9, 3), Checkbox::new("negative", false)), move |(a, is_negative)| {
        if a == 9 { panic!("nine is too much"); }
        format!("value {}", if is_negative { -factor * a } else { factor * a })
    });
    """
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", reply
    first, second, picture = of_kind(outputs, "display_data")
    assert [first["data"]["text/plain"], second["data"]["text/plain"]] == ["a: 3", "negative: false"]
    assert picture["data"]["text/plain"] == "value 30"
    by_kind = {state["_model_name"]: comm_id for comm_id, state in widgets(outputs).items()}
    ids = [by_kind["IntSliderModel"], by_kind["CheckboxModel"]]
    views = [shown["data"]["application/vnd.jupyter.widget-view+json"]["model_id"] for shown in (first, second)]
    assert views == [ids[0], by_kind["VBoxModel"]]
    children = widgets(outputs)[views[1]]["children"]
    assert children == [f"IPY_MODEL_{ids[1]}", f"IPY_MODEL_{by_kind['HTMLModel']}"]

    def drawn(published):
        (content,) = of_kind(published, "update_display_data")
        assert content["transient"]["display_id"] == picture["transient"]["display_id"]
        return content["data"]["text/plain"]

    assert drawn(collect(kernel, update(kernel, ids[0], value=4))) == "value 40"
    assert drawn(collect(kernel, update(kernel, ids[1], value=True))) == "value -40"
    # What goes wrong stands where the picture was, and the next value is drawn again.
    assert drawn(collect(kernel, update(kernel, ids[0], value=9))) == "nine is too much"
    assert drawn(collect(kernel, update(kernel, ids[0], value=5))) == "value -50"
    assert kernel.value("factor") == "10"

    # A page that is loaded again has forgotten which output the picture was; it knows the widgets, and one of them shows it.
    collect(kernel, comm(kernel, "comm_open", "control-2", target_name="jupyter.widget.control"))
    collect(kernel, comm(kernel, "comm_msg", "control-2", {"method": "request_states"}))
    place = by_kind["HTMLModel"]

    def shown(published):
        assert drawn(published)
        (content,) = [content for content in of_kind(published, "comm_msg") if content["comm_id"] == place]
        return content["data"]["state"]["value"]

    assert "<pre>value -60</pre>" in shown(collect(kernel, update(kernel, ids[0], value=6)))
    assert "<pre>nine is too much</pre>" in shown(collect(kernel, update(kernel, ids[0], value=9)))
    # Controls that are made later belong to the page as it is now.
    _, outputs = kernel.run(code)
    (later_control,) = [one for one, state in widgets(outputs).items() if state["_model_name"] == "IntSliderModel"]
    published = collect(kernel, update(kernel, later_control, value=4))
    assert of_kind(published, "update_display_data") and not of_kind(published, "comm_msg")


def test_a_button_is_clicked(kernel):
    code = 'let mut clicks = 0; let button = Button::new("Count", move || { clicks += 1; println!("{clicks} clicks"); }); button'
    _, outputs = kernel.run(code)
    (button,) = [comm_id for comm_id, state in widgets(outputs).items() if state["_model_name"] == "ButtonModel"]
    for count in [1, 2]:
        click = {"method": "custom", "content": {"event": "click"}}
        assert text(collect(kernel, comm(kernel, "comm_msg", button, click))) == f"{count} clicks\n"


# Payloads


def test_help_in_the_pager(kernel):
    kernel.run("let weights: Vec<Option<f32>> = vec![]; let parsed: Result<i32, std::num::ParseIntError> = \"5\".parse();")
    for code, word in [("?weights", "Vec<Option<f32>>"), ("weights?", "Vec<Option<f32>>"), ("?Tensor::zeros", "zeros")]:
        reply, outputs = kernel.run(code)
        assert reply["status"] == "ok", reply
        (page,) = reply["payload"]
        assert page["source"] == "page" and word in page["data"]["text/plain"], page
        assert "<f32>" not in page["data"].get("text/html", ""), "what goes into HTML is escaped"
        assert [kind for kind, _ in outputs] == ["status", "execute_input", "status"]
    reply, outputs = kernel.run("?no_such_thing")
    assert reply["status"] == "ok" and reply["payload"] == [] and "no_such_thing" in text(outputs)
    # A question mark behind a result is Rust.
    reply, outputs = kernel.run("parsed.clone()?")
    assert of_kind(outputs, "execute_result")[0]["data"]["text/plain"] == "5", reply
    assert kernel.request("is_complete_request", {"code": "?weights"})["status"] == "complete"


def test_the_next_cell_is_proposed_once(kernel):
    reply, _ = kernel.run('for n in 0..3 { set_next_input(&format!("let n = {n};")); }')
    assert reply["payload"] == [{"source": "set_next_input", "text": "let n = 2;", "replace": False}]


# What control and shell answer


def test_usage(kernel):
    first = kernel.request("usage_request", {}, channel="control")
    assert first["hostname"] and first["cpu_count"] >= 1 and first["pid"] == kernel.manager.provisioner.pid
    memory = first["host_virtual_memory"]
    assert 0 < memory["available"] <= memory["total"] and 0 <= memory["percent"] <= 100
    kernel.run("let big = vec![1u8; 300 << 20]; let begin = std::time::Instant::now();")
    kernel.request("usage_request", {}, channel="control")
    kernel.run("let mut sum = 0u64; while begin.elapsed().as_secs_f32() < 3.0 { sum += big[sum as usize % big.len()] as u64; } sum > 0")
    second = kernel.request("usage_request", {}, channel="control")
    # The cell's memory and its work are those of a process below the kernel.
    assert second["kernel_memory"] - first["kernel_memory"] > 200 << 20, (first, second)
    assert second["kernel_cpu"] > 10, second
    kernel.run("drop(big);")


def test_ports(kernel):
    info = kernel.manager.get_connection_info()
    names = [name + "_port" for name in ["shell", "iopub", "stdin", "control", "hb"]]
    reply = kernel.request("connect_request", {})
    assert {name: reply[name] for name in names} == {name: info[name] for name in names}


def test_what_is_not_supported_is_answered_and_not_announced(kernel):
    info = kernel.request("kernel_info_request", {})
    assert info["supported_features"] == ["iopub_welcome"] and not info["debugger"]
    request = {"type": "request", "seq": 4, "command": "debugInfo", "arguments": {}}
    reply = kernel.request("debug_request", request, channel="control")
    assert (reply["type"], reply["request_seq"], reply["command"], reply["success"]) == ("response", 4, "debugInfo", False)
    for kind in ["create_subshell_request", "list_subshell_request", "delete_subshell_request", "no_such_request"]:
        reply = kernel.request(kind, {"subshell_id": "1"}, channel="control")
        assert (reply["status"], reply["ename"]) == ("error", "NotSupported"), reply
        assert kind in reply["evalue"]


def test_every_message_on_control_is_busy_then_idle(kernel):
    for kind in ["kernel_info_request", "usage_request", "interrupt_request", "no_such_request", "no_request"]:
        message = kernel.client.session.msg(kind, {})
        states = [content["execution_state"] for _, content in collect(kernel, message, "control")]
        assert states == ["busy", "idle"], kind


@pytest.mark.parametrize("channel", ["control", "shell"])
def test_shutdown_echoes_restart_and_ends(jupyter_folders, channel):
    kernel = Kernel()
    try:
        assert kernel.request("shutdown_request", {"restart": True}, channel=channel) == {"status": "ok", "restart": True}
        # Within its own time: 100 ms for the reply to leave.
        assert kernel.manager.provisioner.process.wait(timeout=20) == 0
    finally:
        kernel.stop()


# History


def history(kernel, kind="tail", **request):
    reply = kernel.request("history_request", {"hist_access_type": kind, "output": False, "raw": True, **request})
    return reply["history"]


def run_and_stop(cells, asked=lambda kernel: None, env=None):
    kernel = Kernel(env=env)
    try:
        for cell in cells:
            assert kernel.run(cell)[0]["status"] == "ok"
        return asked(kernel)
    finally:
        kernel.stop()


def test_history_goes_on_across_sessions(jupyter_folders, tmp_path):
    env = {"XDG_DATA_HOME": str(tmp_path)}
    run_and_stop(["let first = 1;", "first + 1"], env=env)

    def ask(kernel):
        last = [(line, code) for _, line, code in history(kernel, n=3)]
        assert last == [(1, "let first = 1;"), (2, "first + 1"), (1, "let second = 2;")]
        assert [entry[1:] for entry in history(kernel, "range", session=-1)] == [[1, "let first = 1;"], [2, "first + 1"]]
        assert history(kernel, "range", session=1, start=2, stop=3, output=True) == [[1, 2, ["first + 1", "2"]]]
        assert history(kernel, "search", pattern="*first*", n=1) == [[1, 2, "first + 1"]]
        # One that starts while this one runs has a number of its own.
        run_and_stop(["let third = 3;"], env=env)
        assert [2, 1, "let second = 2;"] in history(kernel, n=9) and [3, 1, "let third = 3;"] in history(kernel, n=9)

    run_and_stop(["let second = 2;"], ask, env=env)


def test_history_can_be_turned_off(jupyter_folders, tmp_path):
    env = {"XDG_DATA_HOME": str(tmp_path), "CHAINRULE_HISTORY": "off"}
    last = run_and_stop(["let mine = 1;"], lambda kernel: history(kernel, n=5), env=env)
    assert last == [[1, 1, "let mine = 1;"]]
    assert not (tmp_path / "chainrule").exists()


def test_a_history_that_cannot_be_used_costs_no_cell(jupyter_folders, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    last = run_and_stop(["let mine = 1;"], lambda kernel: history(kernel, n=5), env={"XDG_DATA_HOME": str(blocked)})
    assert last == [[1, 1, "let mine = 1;"]]


# Safety


def connection_file(folder, **changes):
    content = {"transport": "tcp", "ip": "127.0.0.1", "key": "a-secret-key", "signature_scheme": "hmac-sha256"}
    content.update({name + "_port": 0 for name in ["shell", "iopub", "stdin", "control", "hb"]})
    content.update(changes)
    path = folder / "connection.json"
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"key": ""}, "--unsigned"),
        ({"key": None}, "there is no `key`"),
        ({"key": 12345678}, "of the wrong kind"),
        ({"shell_port": "a-secret-key"}, "of the wrong kind"),
        ({"signature_scheme": "a-secret-key"}, "hmac-sha256"),
        ({"registration_port": 5}, "handshake"),
        ({"curve_publickey": "x"}, "transport_encryption=disabled"),
    ],
)
def test_a_file_that_is_not_safe_or_not_understood_is_refused(jupyter_folders, tmp_path, changes, word):
    path = connection_file(tmp_path, **changes)
    result = subprocess.run([CHAINRULE, "kernel", path], capture_output=True, text=True, timeout=30)
    assert result.returncode == 1 and word in result.stderr, result
    assert "secret" not in result.stderr and "12345678" not in result.stderr, result.stderr


def test_a_file_that_others_can_read_is_warned_of_and_the_key_stays_secret(jupyter_folders, tmp_path):
    with open(tmp_path / "stderr", "w+") as stderr:
        kernel = Kernel(stderr=stderr)
        try:
            kernel.run("1")
            # A message that is not valid is reported without what is in it.
            stranger = kernel.client.session.clone()
            stranger.key = b"not the key"
            stranger.send(kernel.client.shell_channel.socket, "execute_request", {"code": "\"private\""})
            kernel.run("2")
            os.chmod(kernel.manager.connection_file, 0o644)
            key = kernel.manager.session.key.decode()
            stderr.seek(0)
            said = stderr.read()
            assert "wrong signature" in said and "private" not in said and key not in said
            assert "others can read" not in said
        finally:
            kernel.stop()
    path = connection_file(tmp_path)
    path.chmod(0o644)
    # Ports of another program: it ends at once, after the warning.
    path.write_text(path.read_text().replace('"shell_port": 0', '"shell_port": 1, "x": 0').replace("127.0.0.1", "192.0.2.1"))
    result = subprocess.run([CHAINRULE, "kernel", path], capture_output=True, text=True, timeout=30)
    assert "others can read" in result.stderr and "192.0.2.1" in result.stderr and "secret" not in result.stderr, result


def test_a_message_that_is_sent_again_is_dropped(kernel):
    kernel.run("let mut runs = 0;")
    session = kernel.client.session
    message = session.msg("execute_request", {"code": "runs += 1;", "silent": False})
    for _ in range(3):
        session.send(kernel.client.shell_channel.socket, message)
    assert kernel.client.get_shell_msg(timeout=TIMEOUT)["content"]["status"] == "ok"
    # The same on another socket; what control has answered after it came later.
    session.send(kernel.client.control_channel.socket, message)
    assert kernel.request("kernel_info_request", {}, channel="control")["status"] == "ok"
    assert kernel.value("runs") == "1"


def test_it_listens_only_where_the_file_says(kernel):
    import psutil

    info = kernel.manager.get_connection_info()
    process = psutil.Process(kernel.manager.provisioner.pid)
    listening = set()
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # a snapshot that was discarded
            listening |= {c.laddr for c in one.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN}
    wanted = {(info["ip"], info[name + "_port"]) for name in ["shell", "iopub", "stdin", "control", "hb"]}
    assert {tuple(address) for address in listening} == wanted
