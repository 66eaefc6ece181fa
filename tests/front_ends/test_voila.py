"""Voila: a notebook as a page without code, where a picture follows a slider.

It is installed in an environment of its own, which takes the network once: only where `CHAINRULE_VOILA=1` asks for it.
"""

import os
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import nbformat
import pytest
from conftest import CHROMIUM, environment, free_port

PACKAGES = ["voila==0.5.8", "jupyterlab_widgets==3.0.15"]
CELL = """interact(FloatSlider::new("learning rate", 0.0, 1.1, 0.1), |rate| {
    let steps: Vec<Float> = (0..10).scan(1.0, |w: &mut Float, _| { *w -= rate * 2.0 * *w; Some(*w) }).collect();
    plot::curves(&[("w", steps)]).title(&format!("at rate {rate}"))
});"""

pytestmark = pytest.mark.skipif(not os.environ.get("CHAINRULE_VOILA") or CHROMIUM is None, reason="CHAINRULE_VOILA=1 runs Voila, in Chromium")


@pytest.fixture()
def page(jupyter_folders, tmp_path):
    from playwright.sync_api import sync_playwright

    metadata = {"kernelspec": {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata=metadata), tmp_path / "page.ipynb")
    port = free_port()
    programs = environment("voila", "voila", *PACKAGES)
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen([f"{programs}/voila", "page.ipynb", "--no-browser", f"--port={port}"], cwd=tmp_path, stdout=log, stderr=log)
    try:
        address, deadline = f"http://127.0.0.1:{port}/", time.monotonic() + 120
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()[-3000:]
            time.sleep(0.3)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1000, "height": 1200})
            page.set_default_timeout(60_000)
            page.goto(address)
            yield page
            browser.close()
    finally:
        server.terminate()
        server.wait(30)


def test_a_picture_follows_its_slider(page):
    pictures = lambda: [urllib.parse.unquote(one) for one in page.eval_on_selector_all("img, svg, .widget-html", "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML)")]
    slider = page.locator(".widget-slider")
    slider.wait_for()
    page.screenshot(path=os.path.join(os.environ["CHAINRULE_PICTURES"], "voila-before.png"))
    assert any("at rate 0.1" in one for one in pictures())
    track = slider.locator(".noUi-base").bounding_box()
    page.mouse.click(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    rate = slider.locator(".widget-readout").inner_text()
    assert 0.5 <= float(rate) <= 0.6, rate
    deadline = time.monotonic() + 30
    while not any(f"at rate {rate}" in one for one in pictures()):
        page.screenshot(path=os.path.join(os.environ["CHAINRULE_PICTURES"], "voila-after.png"))
        assert time.monotonic() < deadline, [one[:300] for one in pictures()]
        time.sleep(0.2)
    page.screenshot(path=os.path.join(os.environ["CHAINRULE_PICTURES"], "voila-after.png"))
    # Not beside one that has stayed as it was.
    assert not any("at rate 0.1" in one for one in pictures())
