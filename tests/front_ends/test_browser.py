"""JupyterLab in a real browser, as a learner uses it. Screenshots are left in CHAINRULE_PICTURES."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

COURSE = pathlib.Path(__file__).parents[2] / "notebooks" / "en"
PICTURES = pathlib.Path(os.environ["CHAINRULE_PICTURES"])


def chromium():
    """The path of Chromium, which is installed first where that needs no questions."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, timeout=300)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=True, timeout=600)
        found = shutil.which("chromium")
    if found is None:
        pytest.fail("there is no Chromium; type: sudo apt install chromium")
    return found


@pytest.fixture(scope="module")
def lab(jupyter_folders, tmp_path_factory):
    """The address of a JupyterLab that has the course open."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE, folder, dirs_exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["lab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    arguments += ["--ServerApp.port_retries=0", "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    log = open(PICTURES / "lab.log", "w")
    server = subprocess.Popen([sys.executable, "-m", "jupyter", *arguments], cwd=folder, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address + "/api", timeout=2)
            break
        except OSError:
            assert time.monotonic() < deadline and server.poll() is None, (PICTURES / "lab.log").read_text()
            time.sleep(0.3)
    yield address
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()


@pytest.fixture(scope="module")
def browser():
    program = chromium()
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        options += ["--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


def put(lab, path, content):
    """Stores something on the server, as its own pages do."""
    request = urllib.request.Request(lab + path, json.dumps(content).encode(), method="PUT")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=10).close()


def open_notebook(browser, lab, name):
    page = browser.new_page(viewport={"width": 1200, "height": 1600})
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)
    return page


def prompts(page):
    return page.eval_on_selector_all(
        ".jp-Notebook .jp-CodeCell .jp-InputPrompt", "prompts => prompts.map(prompt => prompt.textContent)"
    )


def run_all_cells(page):
    """Chooses it in the menu. JupyterLab shows the kernel as idle while it still changes its connection to it, and forgets
    what was run on the first one: then the prompts stay empty, and one tries again."""
    for _ in range(10):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        time.sleep(4)
        if any(prompt.strip() not in ("", "[ ]:") for prompt in prompts(page)):
            return
    raise TimeoutError(prompts(page))


def run_all(page, cells, timeout):
    """Runs all cells and waits until the last has its number."""
    run_all_cells(page)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        numbers = prompts(page)
        if f"[{cells}]:" in numbers:
            page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
            return
        time.sleep(0.5)
    page.screenshot(path=PICTURES / "timeout.png")
    raise TimeoutError(numbers)


def code_cells(name):
    import nbformat

    cells = nbformat.read(COURSE / name, as_version=4).cells
    return sum(cell.cell_type == "code" and cell.source.strip() != "" for cell in cells)


def test_the_first_chapter_runs(lab, browser):
    name = sorted(path.name for path in COURSE.glob("01*.ipynb"))[0]
    page = open_notebook(browser, lab, name)
    # Cells outside the window are not in the page until it scrolls: a high window holds them all.
    page.set_viewport_size({"width": 1200, "height": 16000})
    run_all(page, code_cells(name), timeout=180)
    figures = page.locator(".jp-OutputArea-output svg, .jp-OutputArea-output img")
    assert figures.count() >= 3
    for index in range(figures.count()):
        box = figures.nth(index).bounding_box()
        assert box and box["width"] > 50 and box["height"] > 50
    page.screenshot(path=PICTURES / "chapter-1.png")
    page.close()


def test_the_curve_moves_and_the_stop_button_keeps_the_variables(lab, browser, tmp_path):
    import nbformat

    code = [
        "seed(1);\nlet train = data::digits(4000);\nlet mut count = 1;",
        "let mut model = Sequential::new().add(Dense::new(784, 128).relu()).add(Dense::new(128, 10).softmax());\n"
        "model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);",
        "count = 2;\nlet history = model.fit(&train).epochs(2000).batch_size(32).run();",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in code],
        metadata={"kernelspec": {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}},
    )
    upload = nbformat.writes(notebook)
    put(lab, "/api/contents/live.ipynb", {"type": "notebook", "format": "json", "content": json.loads(nbformat.writes(notebook))})
    put(lab, "/lab/api/settings/@jupyterlab/apputils-extension:themes", {"raw": '{"theme": "JupyterLab Dark"}'})
    page = open_notebook(browser, lab, "live.ipynb")
    run_all_cells(page)
    output = page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-output").first
    try:
        output.wait_for(timeout=120_000)
    finally:
        page.screenshot(path=PICTURES / "live-begins.png")
    states = set()
    deadline = time.monotonic() + 30
    while len(states) < 4 and time.monotonic() < deadline:
        states.add(output.inner_html())
        time.sleep(0.3)
    assert len(states) >= 4, "the curve does not move"
    page.screenshot(path=PICTURES / "live.png")
    page.locator("[data-command='notebook:interrupt-kernel'], [title^='Interrupt']").first.click()
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    page.screenshot(path=PICTURES / "stopped.png")
    assert "Interrupted" in page.locator(".jp-CodeCell").nth(2).inner_text()
    # The variables are there, and what the cell had changed by then is changed.
    page.locator(".jp-CodeCell").nth(2).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("count + 40")
    page.keyboard.press("Shift+Enter")
    result = page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-executeResult")
    result.wait_for(timeout=60_000)
    assert "42" in result.inner_text()
    page.close()
