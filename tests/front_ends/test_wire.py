"""What is no valid message is dropped, and the kernel lives on."""

import json
import os
import random
import socket

import pytest
import zmq
from conftest import Kernel
from jupyter_client.session import Session

CHANNELS = ["shell", "control", "stdin", "iopub", "hb"]


def peer(kernel, channel):
    context = zmq.Context.instance()
    connection = context.socket(zmq.SUB if channel == "iopub" else zmq.DEALER)
    connection.linger = 0
    info = kernel.manager.get_connection_info()
    connection.connect(f"tcp://{info['ip']}:{info[channel + '_port']}")
    return connection


@pytest.mark.parametrize("channel", CHANNELS)
def test_random_bytes_and_wrong_signatures(kernel, channel):
    generator = random.Random(channel)
    connection = peer(kernel, "shell" if channel == "iopub" else channel)
    for _ in range(50):
        frames = [generator.randbytes(generator.randrange(200)) for _ in range(generator.randrange(1, 8))]
        if generator.random() < 0.5:
            frames.insert(generator.randrange(len(frames) + 1), b"<IDS|MSG>")
        connection.send_multipart(frames)
    stranger = Session(key=b"not the key")
    for _ in range(50):
        stranger.send(connection, "execute_request", {"code": "std::process::exit(1)", "silent": False})
    # Not even ZeroMQ.
    info = kernel.manager.get_connection_info()
    for _ in range(50):
        with socket.create_connection((info["ip"], info[channel + "_port"]), timeout=5) as raw:
            raw.sendall(generator.randbytes(64))
    connection.close()
    assert kernel.value("6 * 7") == "42"


def test_signed_messages_with_wrong_content(kernel):
    connection = peer(kernel, "shell")
    session = Session(key=kernel.manager.session.key)
    for content in [{}, {"code": 7}, {"code": None, "silent": "x"}, {"code": "1", "user_expressions": []}]:
        session.send(connection, "execute_request", content)
        _, reply = session.recv(connection, mode=0)
        assert reply["content"]["status"] == "error", reply
    for kind in ["complete_request", "inspect_request", "history_request", "is_complete_request", "no_such_request"]:
        session.send(connection, kind, {})
        _, reply = session.recv(connection, mode=0)
        assert reply["content"]["status"] == "error", reply
    connection.close()
    assert kernel.value("1") == "1"


def test_the_heartbeat_echoes_while_a_cell_runs(kernel):
    connection = zmq.Context.instance().socket(zmq.REQ)
    connection.linger = 0
    info = kernel.manager.get_connection_info()
    connection.connect(f"tcp://{info['ip']}:{info['hb_port']}")
    kernel.client.execute("std::thread::sleep(std::time::Duration::from_secs(2));")
    for beat in [b"ping", b"", os.urandom(100)]:
        connection.send(beat)
        assert connection.poll(1000), "no echo within a second"
        assert connection.recv() == beat
    connection.close()
    kernel.client.get_shell_msg(timeout=60)


def test_the_welcome_comes_first_and_starting_once(jupyter_folders):
    kernel = Kernel()
    try:
        connection = zmq.Context.instance().socket(zmq.SUB)
        connection.linger = 0
        info = kernel.manager.get_connection_info()
        connection.connect(f"tcp://{info['ip']}:{info['iopub_port']}")
        connection.subscribe(b"")
        assert connection.poll(5000)
        frames = connection.recv_multipart()
        header, content = (json.loads(frames[frames.index(b"<IDS|MSG>") + offset]) for offset in (2, 5))
        assert header["msg_type"] == "iopub_welcome" and content == {"subscription": ""}
        # The first subscriber has had it; nobody gets it twice.
        assert not connection.poll(500)
        connection.close()
    finally:
        kernel.stop()
