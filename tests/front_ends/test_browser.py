"""JupyterLab and Notebook in a real browser, as a learner uses them. Screenshots are left in CHAINRULE_PICTURES."""

import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from conftest import CHROMIUM, free_port
from playwright.sync_api import sync_playwright

COURSE = pathlib.Path(__file__).parents[2] / "notebooks" / "en"
PICTURES = pathlib.Path(os.environ["CHAINRULE_PICTURES"])

if CHROMIUM is None:
    pytest.skip("there is no Chromium; type: sudo apt install chromium", allow_module_level=True)

# A page of JupyterLab that never becomes ready is no fault of the kernel's: what has waited in vain is tried a second time, and
# said to have been. What is seen and wrong fails at once.
pytestmark = pytest.mark.flaky(reruns=1, only_rerun="TimeoutError")


@pytest.fixture(scope="module")
def lab(jupyter_folders, tmp_path_factory):
    """The address of a JupyterLab that has the course open."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE, folder, dirs_exist_ok=True)
    port = free_port()
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
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        options += ["--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


def put(lab, path, content):
    """Stores something on the server, as its own pages do."""
    request = urllib.request.Request(lab + path, json.dumps(content).encode(), method="PUT")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=10).close()


WORKSPACES = itertools.count(1)


def in_lab(name):
    """The address of a notebook in a workspace of its own. In the usual one JupyterLab opens again what was open last, and
    throws it away only then (`?reset`): for a moment another notebook stands there, idle, and would be taken for this one."""
    return f"/lab/workspaces/test-{next(WORKSPACES)}/tree/{name}"


def open_notebook(browser, lab, name):
    page = browser.new_page(viewport={"width": 1200, "height": 1600})
    page.set_default_timeout(120_000)
    page.goto(lab + in_lab(name))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=120_000)
    return page


def prompts(page):
    return page.eval_on_selector_all(
        ".jp-Notebook .jp-CodeCell .jp-InputPrompt", "prompts => prompts.map(prompt => prompt.textContent)"
    )


def run_all_cells(page):
    """Chooses it in the menu. Where the kernel was not yet there, the prompts stay empty, and one tries again."""
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
    shown = [cell for cell in cells if not cell.metadata.get("jupyter", {}).get("source_hidden")]
    return sum(cell.cell_type == "code" and cell.source.strip() != "" for cell in shown)


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
    # What a screen reader finds: every picture has words, as its alternative text or its label.
    images = page.locator(".jp-OutputArea-output img")
    assert images.count() >= 3
    for index in range(images.count()):
        assert len(images.nth(index).get_attribute("alt") or "") > 10, images.nth(index).evaluate("image => image.outerHTML.slice(0, 200)")
    assert page.get_by_role("img", name=re.compile("curve|function|heat map|scatter|histogram|bars|lines")).count() >= 1
    page.screenshot(path=PICTURES / "chapter-1.png")
    page.close()


def test_chainrule_lab_opens_the_page_to_start_with_and_asks_nothing(jupyter_folders, browser, tmp_path):
    """As it is typed: what would be given to the learner's browser is opened in ours."""
    asked, program = tmp_path / "asked", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {asked}.new && mv {asked}.new {asked}\n')
    program.chmod(0o755)
    log = open(PICTURES / "chainrule-lab.log", "w")
    command = [os.environ["CHAINRULE_PROGRAM"], "lab", "--", "--ServerApp.port=0", "--ip=127.0.0.1"]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env={**os.environ, "BROWSER": str(program)})
    try:
        deadline = time.monotonic() + 300
        while not asked.exists():
            assert time.monotonic() < deadline and server.poll() is None, (PICTURES / "chainrule-lab.log").read_text()
            time.sleep(0.3)
        address = asked.read_text()
        if address.startswith("file:"):  # a page that leads to the address
            text = pathlib.Path(urllib.parse.urlparse(address).path).read_text()
            address = re.search(r'href="(http[^"]+)"', text)[1].replace("&amp;", "&")
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(120_000)
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
        # What JupyterLab asks comes within seconds of its start.
        page.wait_for_timeout(8_000)
        page.screenshot(path=PICTURES / "chainrule-lab.png")
        assert "START.ipynb" in page.locator(".lm-DockPanel-tabBar .lm-mod-current").first.inner_text()
        assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
        assert page.locator(".jp-Launcher").count() == 0
        page.close()
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


# What of a notebook is wider than the place that it has: editors, and what stands in texts.
CLIPPED = """() => {
    const editors = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .cm-scroller')];
    const parts = [...document.querySelectorAll('.jp-Notebook .jp-RenderedMarkdown :is(pre, table)')];
    const is_wide = part => part.scrollWidth > part.clientWidth + 1 ||
        part.getBoundingClientRect().right > part.closest('.jp-RenderedMarkdown').getBoundingClientRect().right + 1;
    const clipped = editors.filter(one => one.scrollWidth > one.clientWidth + 1).concat(parts.filter(is_wide));
    return [editors.length, clipped.map(one => one.innerText)];
}"""


def longest_line(path):
    cells = json.loads(path.read_text())["cells"]
    return max((len(line) for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()), default=0)


# Where three show their longest lines, the others do; with CHAINRULE_CHAPTERS=1 all are looked at.
WIDE = sorted(COURSE.glob("*.ipynb"), key=longest_line)[0 if os.environ.get("CHAINRULE_CHAPTERS") else -3 :]


@pytest.mark.parametrize("name", [path.name for path in WIDE])
def test_a_small_laptop_shows_whole_lines(lab, browser, name):
    page = open_notebook(browser, lab, name)
    page.set_viewport_size({"width": 1366, "height": 16000})
    page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-CodeCell .cm-scroller').length >= {code_cells(name)}")
    editors, clipped = page.evaluate(CLIPPED)
    assert editors >= code_cells(name) and clipped == [], clipped
    page.close()


def test_the_curve_moves_and_the_stop_button_keeps_the_variables(lab, browser, tmp_path):
    import nbformat

    code = [
        "seed(1);\nlet train = data::digits(4000);\nlet mut count = 1;",
        "let mut model = Sequential::new().add(Dense::new(784, 128).relu()).add(Dense::new(128, 10).softmax());\n"
        "model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);",
        "count = 2;\nlet history = model.fit(&train).epochs(1_000_000).batch_size(32).run();",
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
    deadline = time.monotonic() + 120
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
    result.wait_for(timeout=120_000)
    assert "42" in result.inner_text()
    page.close()


# The same in JupyterLab and in Notebook 7, which are made of the same parts.

ADDRESSES = {"lab": in_lab, "notebook": "/notebooks/{}".format}


class Desk:
    """A notebook that is open in one of the two front ends."""

    def __init__(self, browser, server, front_end, name, cells):
        import nbformat

        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}},
        )
        content = json.loads(nbformat.writes(notebook))
        # A file that is open twice has one kernel.
        name = f"{front_end}-{name}"
        put(server, f"/api/contents/{name}", {"type": "notebook", "format": "json", "content": content})
        self.name = name
        self.page = browser.new_page(viewport={"width": 1200, "height": 1600})
        self.page.set_default_timeout(120_000)
        self.page.goto(server + ADDRESSES[front_end](name))
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        # Whoever runs a cell before there is a kernel is asked which one it shall be.
        kernel = self.page.locator(".jp-KernelName, .jp-Toolbar-kernelName").first
        self.until(lambda: "Rust" in kernel.inner_text(), "the kernel's name")
        if front_end == "lab":
            self.page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")

    def cell(self, number):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def output(self, number):
        return self.cell(number).locator(".jp-OutputArea").first.inner_text()

    def picture(self, what):
        self.page.screenshot(path=PICTURES / f"{self.name}-{what}.png")

    def until(self, condition, what, timeout=120):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                self.picture("timeout")
                raise TimeoutError(f"{what}: {prompts(self.page)}")
            time.sleep(0.2)

    def is_done(self, number):
        return prompts(self.page)[number].strip("[]: \xa0").isdigit()

    def menu(self, menu, entry):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=entry).first.click()

    def type_in(self, number, text):
        """Replaces the text of a cell; the cursor is then at its end."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        # Not typed: the editor would close brackets by itself.
        self.page.keyboard.insert_text(text)

    def run(self, number):
        """Runs the cell as a learner does, who presses again when nothing happens: a popup may have taken the keys."""
        before = prompts(self.page)[number]

        def starts():
            self.cell(number).locator(".cm-content").click()
            self.page.keyboard.press("Shift+Enter")
            time.sleep(1)
            return prompts(self.page)[number] != before

        self.until(starts, "the cell's start")

    def dismiss(self, popup):
        def is_gone():
            self.page.keyboard.press("Escape")
            time.sleep(0.5)
            return popup.count() == 0

        self.until(is_gone, "the end of a popup")

    def save_and_reload(self, server, text):
        """Saves until the file has this text, and loads the page again."""

        def is_saved():
            # Two savings at once (the front end's own is the other) can fail, which a dialog says; a person saves again.
            if self.page.locator(".jp-Dialog").count():
                self.page.keyboard.press("Escape")
            self.page.keyboard.press("Control+S")
            time.sleep(2)
            try:
                path = f"{server}/api/contents/{self.name}?content=1"
                return text in urllib.request.urlopen(path, timeout=10).read().decode()
            except urllib.error.HTTPError:  # it is being written
                return False

        self.until(is_saved, "the notebook is saved")
        self.page.reload()
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")

    def close(self):
        self.page.close()


@pytest.mark.parametrize("front_end", ADDRESSES)
def test_help_while_typing(lab, browser, front_end):
    """Completion, the tooltip, a question of a cell, an error with its line; and all of it after a reload."""
    desk = Desk(browser, lab, front_end, "typing.ipynb", ["let x = tensor([1.0, 2.0]);", "", "", "let y = 1;\nwrong_name"])
    page = desk.page
    run_all_cells(page)
    desk.until(lambda: desk.is_done(0) and "wrong_name" in desk.output(3), "the first run")
    assert re.search(r"cannot find value `wrong_name` in this scope\s+\(cell \[2\], line 2\)", desk.output(3))

    desk.type_in(1, "let z = x.s")
    popup = page.locator(".jp-Completer:visible .jp-Completer-item")

    def opens():
        page.keyboard.press("Tab")
        time.sleep(1)
        return popup.count() > 0

    desk.until(opens, "the completion popup")
    desk.picture("completion")
    names = popup.all_inner_texts()
    assert any("sum" in name for name in names) and any("shape" in name for name in names), names
    desk.dismiss(popup)

    desk.type_in(1, "Tensor::zeros(")
    tooltip = page.locator(".jp-Tooltip")

    def explains():
        page.keyboard.press("Shift+Tab")
        time.sleep(1)
        return tooltip.count() > 0 and "zeros" in tooltip.first.inner_text()

    desk.until(explains, "the tooltip")
    desk.picture("tooltip")
    assert "shape: &[usize]" in tooltip.first.inner_text()
    desk.dismiss(tooltip)

    desk.type_in(2, "let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;\nprintln!(\"got {line}\");")
    desk.run(2)
    box = page.locator(".jp-Stdin-input")
    box.wait_for(timeout=120_000)
    desk.picture("question")
    box.fill("héllo")
    box.press("Enter")
    desk.until(lambda: "got héllo" in desk.output(2), "the answer")

    desk.save_and_reload(lab, "got h")
    desk.until(lambda: "got héllo" in desk.output(2), "the output after a reload")
    desk.until(lambda: "wrong_name" in desk.output(3), "the error after a reload")
    desk.close()


# A training that a fast machine cannot finish before somebody presses the stop button.
@pytest.mark.parametrize("front_end", ADDRESSES)
def test_a_training_is_watched_stopped_and_run_again(lab, browser, front_end):
    cells = [
        "seed(1);\nlet train = data::digits(1000);\nlet mut count = 1;\nprintln!(\"{}\", std::process::id());",
        "let mut model = Sequential::new().add(Dense::new(784, 64).relu()).add(Dense::new(64, 10).softmax());\n"
        "model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);",
        "count = 2;\nlet history = model.fit(&train).epochs(1_000_000).batch_size(32).run();",
        "count + 40",
    ]
    desk = Desk(browser, lab, front_end, "training.ipynb", cells)
    page = desk.page
    run_all_cells(page)
    curve = desk.cell(2).locator(".jp-OutputArea-output").first
    curve.wait_for(timeout=120_000)
    states = set()

    def has_moved():
        states.add(curve.inner_html())
        return len(states) >= 4

    desk.until(has_moved, "the curve moves")
    desk.picture("curve")

    def is_stopped():
        # Pressed again when nothing happens, as a person would: a page that redraws can lose a click.
        page.locator("[data-command='notebook:interrupt-kernel'], [title^='Interrupt']").first.click()
        time.sleep(2)
        return "Interrupted" in desk.output(2)

    desk.until(is_stopped, "the stop button")
    # The cell behind it was not run; the variables are there.
    desk.cell(3).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    desk.until(lambda: "42" in desk.output(3), "the variable after the stop")

    # A short training this time.
    desk.type_in(2, "count = 3;\nlet history = model.fit(&train).epochs(2).verbose(false).run();\nhistory.epochs()")
    before = desk.output(0)
    desk.menu("Kernel", "Restart Kernel and Run All Cells")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    desk.until(lambda: desk.is_done(3) and "43" in desk.output(3), "restart and run all")
    assert desk.output(0) != before and "2" in desk.output(2)
    desk.picture("restarted")
    desk.close()


@pytest.mark.parametrize("front_end", ADDRESSES)
def test_a_slider_moves_a_picture(lab, browser, front_end):
    """Also after the page was loaded again: the kernel tells it what the slider is."""
    cells = [
        'interact((FloatSlider::new("learning rate", 0.0, 1.1, 0.1), Dropdown::new("start", &["one", "two"])), |(rate, start)| {\n'
        '    let w = if start == "one" { 1.0 } else { 2.0 };\n'
        "    let steps: Vec<Float> = (0..10).scan(w, |w, _| { *w -= rate * 2.0 * *w; Some(*w) }).collect();\n"
        '    plot::curves(&[("w", steps)]).title(&format!("from {w}, rate {rate}"))\n});',
        'let count = IntSlider::new("count", 1, 9, 3);\ncount',
        "count.value() + 40",
    ]
    desk = Desk(browser, lab, front_end, "slider.ipynb", cells)
    page = desk.page
    run_all_cells(page)
    desk.until(lambda: "43" in desk.output(2), "the value that the slider begins with")
    sliders = page.locator(".widget-slider")
    sliders.first.wait_for(timeout=120_000)

    def move(number, share):
        """Clicks on the slider at this share of its length, as one would drag it there; returns the value that it shows."""
        slider, readout = sliders.nth(number), sliders.nth(number).locator(".widget-readout")
        before = readout.inner_text()

        def has_moved():
            track = slider.locator(".noUi-base").bounding_box()
            page.mouse.click(track["x"] + share * track["width"], track["y"] + track["height"] / 2)
            time.sleep(0.5)
            return readout.inner_text() != before

        desk.until(has_moved, "the slider moves")
        return readout.inner_text()

    def drawn():
        return urllib.parse.unquote(desk.cell(0).locator(".jp-OutputArea").first.inner_html())

    assert "from 1, rate 0.1" in drawn()
    rate = move(0, 0.5)
    assert 0.5 <= float(rate) <= 0.6, rate
    desk.until(lambda: f"from 1, rate {rate}" in drawn(), "the picture of the slider's new place")
    desk.cell(0).locator("select").select_option("two")
    desk.until(lambda: f"from 2, rate {rate}" in drawn(), "the picture of the other start")
    count = int(move(1, 0.5))
    desk.run(2)
    desk.until(lambda: str(count + 40) in desk.output(2), "the value after the slider was moved")
    desk.picture("moved")

    desk.save_and_reload(lab, f"from 2, rate {rate}")
    sliders.nth(1).wait_for(timeout=120_000)
    desk.picture("reloaded")
    later = int(move(1, 0.9))
    assert later != count
    desk.run(2)
    desk.until(lambda: str(later + 40) in desk.output(2), "the value after the page was loaded again")

    # The picture follows, too, and takes the place of the one that the file had.
    rate = move(0, 0.9)

    def visible():
        shown = desk.cell(0).locator(".jp-OutputArea-child")
        return [urllib.parse.unquote(one.inner_html()) for one in shown.all() if one.is_visible()]

    desk.until(lambda: any(f"from 2, rate {rate}" in one for one in visible()), "the picture after a reload")
    desk.picture("reloaded-and-moved")
    assert sum("from " in one for one in visible()) == 1, visible()
    desk.cell(0).locator("select").select_option("one")
    desk.until(lambda: any(f"from 1, rate {rate}" in one for one in visible()), "the other start after a reload")
    desk.close()


# The least contrast between the text of an element and what is behind it, as WCAG 2 computes it.
LEAST_CONTRAST = """element => {
    const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b]
        .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = node => {
        const layers = [];
        for (; node; node = node.parentElement) {
            const [r, g, b, a = 1] = numbers(getComputedStyle(node).backgroundColor);
            layers.push([r, g, b, a]);
            if (a === 1) break;
        }
        return layers.reverse().reduce((under, [r, g, b, a]) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a)), [255, 255, 255]);
    };
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const text = texts.currentNode.textContent.trim(), parent = texts.currentNode.parentElement;
        if (!text) continue;
        const [a, b] = [light(numbers(getComputedStyle(parent).color)), light(behind(parent))];
        found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text]);
    }
    return found.sort((a, b) => a[0] - b[0]);
}"""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("front_end", ADDRESSES)
def test_what_went_wrong_can_be_read_in_every_theme(lab, browser, front_end, theme):
    cells = [
        "let gone = 1;\nlet moved = vec![1];\nlet other = moved;\nmoved.len()",  # rustc's, with a help, and plain words
        "tensor([1.0, 2.0]) + tensor([1.0, 2.0, 3.0])",  # a panic, with its place
        "std::fs::read_to_string(\"nowhere\")?;",
    ]
    put(lab, "/lab/api/settings/@jupyterlab/apputils-extension:themes", {"raw": json.dumps({"theme": theme})})
    desk = Desk(browser, lab, front_end, f"colours-{theme.split()[1].lower()}.ipynb", cells)
    for number in range(len(cells)):
        desk.run(number)
        desk.until(lambda: "Error" in desk.output(number) or "Panic" in desk.output(number), "the error")
    is_light = desk.page.evaluate("document.body.dataset.jpThemeLight")
    assert is_light == ("true" if "Light" in theme else "false")
    desk.picture("errors")
    for number in range(len(cells)):
        found = desk.cell(number).locator(".jp-OutputArea-output").last.evaluate(LEAST_CONTRAST)
        assert len(found) >= 2, found
        assert found[0][0] >= 4.5, found[:3]
    desk.close()


@pytest.mark.parametrize("scripts, motion, moves", [(True, "no-preference", False), (False, "no-preference", True), (False, "reduce", False)])
def test_a_film_moves_by_itself_only_where_no_script_runs(kernel, browser, scripts, motion, moves):
    """With scripts it waits for the slider, and who wants nothing to move sees the last frame."""
    code = "plot::frames((1..=6).map(|k| plot::function(|x| (k as Float * x).sin(), 0.0..6.3)).collect())"
    reply, outputs = kernel.run(code)
    assert reply["status"] == "ok", reply
    (html,) = [content["data"]["text/html"] for kind, content in outputs if kind == "execute_result"]
    context = browser.new_context(java_script_enabled=scripts, reduced_motion=motion)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.set_content(html)
    seen = set()
    for _ in range(8):
        time.sleep(0.4)
        seen.add(page.locator("img").screenshot())
    assert len(seen) >= 3 if moves else len(seen) == 1
    if scripts:
        page.locator("input").fill("2")
        page.wait_for_timeout(300)
        assert page.locator("output").inner_text() == "3 / 6" and page.locator("img").screenshot() not in seen
    context.close()


@pytest.mark.parametrize("front_end", ADDRESSES)
def test_a_picture_has_words_for_those_who_do_not_see_it(kernel, lab, browser, front_end):
    """JupyterLab and Notebook 7 put a drawing into an image without alternative text, unless it comes as HTML as well."""
    import nbformat

    code = [
        'plot::curves(&[("train", [3.0, 2.0])]).title("loss & more")',
        "plot::heatmap(&tensor([[1.0, -1.0]]))",
        "draw_graph(&(tensor(2.0).requires_grad() * 3.0))",
        'display_svg("<svg width=\\"90\\" height=\\"90\\"><circle r=\\"40\\"/></svg>", "a round thing");',
        "plot::side_by_side([plot::bars(&[\"a\"], &[1.0]), plot::histogram(&[1.0, 2.0])])",
        'let mut live = plot::Live::new("a loop", 4, 2, true);\nfor _ in 0..4 { live.step(1.0); }\nlive.finish();',
    ]
    cells = []
    for source in code:
        reply, messages = kernel.run(source)
        assert reply["status"] == "ok", reply
        kinds = ("display_data", "update_display_data", "execute_result")
        data = [content["data"] for kind, content in messages if kind in kinds][-1]
        cells.append(nbformat.v4.new_code_cell(source, outputs=[nbformat.v4.new_output("display_data", data)]))
    kernelspec = {"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec})
    put(lab, "/api/contents/words.ipynb", {"type": "notebook", "format": "json", "content": json.loads(nbformat.writes(notebook))})
    page = browser.new_page(viewport={"width": 1700, "height": 5000})
    page.set_default_timeout(120_000)
    page.goto(lab + ADDRESSES[front_end]("words.ipynb"))
    images = page.locator(".jp-OutputArea-output img")
    # Nobody has run these cells here: the page trusts them as little as those of a stranger.
    images.nth(len(code)).wait_for(timeout=120_000)
    page.wait_for_timeout(1000)
    page.screenshot(path=PICTURES / f"words-{front_end}.png")
    # Of figures side by side each is an image.
    words = ["curves \"loss & more\"", "heat map", "mul", "a round thing", "bars", "histogram", "4 steps"]
    for index, said in enumerate(words):
        assert said in images.nth(index).get_attribute("alt"), images.nth(index).get_attribute("alt")
        assert images.nth(index).evaluate("image => image.naturalWidth") > 50, f"{said}: the image is broken"
        assert page.get_by_role("img", name=re.compile(re.escape(said))).count() >= 1
    # They go below each other where a page is narrow, instead of shrinking to what nobody can read.
    pair = images.nth(4), images.nth(5)
    is_in_a_row = lambda: abs(pair[0].bounding_box()["y"] - pair[1].bounding_box()["y"]) < 1
    assert is_in_a_row()
    page.set_viewport_size({"width": 700, "height": 5000})
    page.wait_for_function("document.querySelector('.jp-Notebook').clientWidth <= 700")
    page.wait_for_timeout(500)
    assert not is_in_a_row()
    assert pair[0].bounding_box()["width"] >= 280
    page.close()
