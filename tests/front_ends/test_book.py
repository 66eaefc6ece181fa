"""The reading edition, `chainrule course book`: nothing in it comes from a network, and a browser draws its formulas and
pictures. With CHAINRULE_BOOK=1, of the whole course."""

import os
import pathlib
import re
import subprocess
from html.parser import HTMLParser

import nbformat
import pytest
from conftest import CHAINRULE, CHROMIUM

PICTURES = pathlib.Path(os.environ["CHAINRULE_PICTURES"])
WHOLE = bool(os.environ.get("CHAINRULE_BOOK"))
TEXTS = {
    "en": ("A bowl", "Where is it lowest, if the slope is zero at the **umbrella**?", "umbrella", "guess goes in the place"),
    "zh": ("一只碗", "坡度为零的地方就是**最低点**，下雨要带伞。", "最低点", "换成你的猜测"),
}
LOADING = {"script": "src", "img": "src", "source": "src", "audio": "src", "video": "src", "iframe": "src", "link": "href", "object": "data"}


def notebook(language, path):
    """A small chapter with a formula in a text, in a line of its own and in a folded answer."""
    title, text, _, _ = TEXTS[language]
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    answer = "* $a \\cdot b$\n\n  <details><summary>?</summary>It is $x_1 = *2*$, see `fit`.</details>"
    folded = code("let x = Tensor::linspace(0.0, 5.0, 6);\nplot::curve(&x, &x)", metadata={"jupyter": {"source_hidden": True}, "tags": ["folded"]})
    failing = code("tensor([1.0, 2.0]).matmul(&tensor([1.0]))", metadata={"tags": ["raises-exception"]})
    cells = [markdown(f"# {title}\n\n{text}\n\n$$y = \\frac{{1}}{{1 + e^{{-z}}}}$$"), markdown(answer), folded]
    cells += [code('predict("3.p1", "?");'), code('println!("<b> & {}", 1 + 1);'), failing, markdown("[on](01-bowl.ipynb)")]
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"chainrule": {"language": language}}), path)


@pytest.fixture(scope="module")
def site(jupyter_folders, tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    paths = [folder / language / "01-bowl.ipynb" for language in TEXTS]
    for language, path in zip(TEXTS, paths):
        notebook(language, path)
    root = pathlib.Path(__file__).parents[2]
    command = [CHAINRULE, "course", "book", "--output", folder / "site", *([] if WHOLE else paths)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    return folder / "site"


def pages(site):
    return [path for path in sorted(site.glob("*/*.html")) if path.name != "toc.html"]


class Loads(HTMLParser):
    """What a page would load, whether a reader clicks or not."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        wanted = (LOADING.get(tag), "srcset", "poster")
        self.found += [value for name, value in attributes if name in wanted and value]


def test_nothing_is_loaded_from_a_network(site):
    assert len(pages(site)) >= 2 * len(TEXTS)
    for path in pages(site):
        loaded = Loads(path.read_text()).found
        assert any("reading" in address for address in loaded), path
        assert not [address for address in loaded if re.match(r"(?i)\s*(https?:)?//", address)], path
    for path in site.rglob("*.css"):
        assert not re.search(r"(?i)(url\(|@import)\s*[\"']?(https?:)?//", path.read_text()), path


@pytest.mark.skipif(WHOLE, reason="about the small notebook")
def test_a_page_has_all_of_the_notebook(site):
    for language, (title, _, _, said) in TEXTS.items():
        text = (site / language / "01-bowl.html").read_text()
        assert f'<html lang="{language}"' in text and f">{title}</a></h1>" in text
        # A formula in a folded answer is one, too, and what stands around it is Markdown.
        assert text.count("<math") == 3 and "<code>fit</code>" in text and "part-" not in text
        assert re.search(r"<summary>(Code|代码)</summary>\s*<pre><code class=\"language-rust\">let x", text)
        assert "&lt;b&gt; &amp; 2" in text and said in text and "matmul" in text and "\x1b" not in text
        assert 'href="01-bowl.html"' in text and "chainrule lab" in text
        other = "zh" if language == "en" else "en"
        assert f'href="../{other}/01-bowl.html"' in text


def test_no_other_folder_is_replaced(site, tmp_path):
    mine = tmp_path / "en" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    ran = subprocess.run([CHAINRULE, "course", "book", "--output", tmp_path], capture_output=True, text=True)
    assert ran.returncode == 2 and "is no book" in ran.stderr and mine.read_text() == "mine"


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; type: sudo apt install chromium")
def test_a_browser_without_a_network_draws_it(site):
    from playwright.sync_api import sync_playwright

    refused, wrong = [], []

    def local(route):
        if route.request.url.startswith(("file:", "data:", "blob:")):
            return route.continue_()
        refused.append(route.request.url)
        route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for path in pages(site):
            page = browser.new_page(viewport={"width": 1200, "height": 1000}, color_scheme="light")
            page.route("**/*", local)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.goto(path.as_uri())
            page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
            page.wait_for_function("[...document.images].every(one => one.complete)")
            for kind in ["math", "main img, .outputs svg"]:
                sizes = page.eval_on_selector_all(kind, "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])")
                assert all(width > 1 and height > 1 for width, height in sizes), (path, kind, sizes)
                assert sizes or WHOLE, (path, kind)
            language = path.parent.name
            page.screenshot(path=PICTURES / f"book-{language}-{path.stem}-light.png")
            before = page.evaluate("getComputedStyle(document.body).backgroundColor")
            page.click("#mdbook-theme-toggle")
            page.click("#mdbook-theme-navy")
            page.mouse.move(0, 0)
            page.wait_for_function("before => getComputedStyle(document.documentElement).backgroundColor != before", arg=before)
            assert "navy" in page.evaluate("document.documentElement.className")
            page.screenshot(path=PICTURES / f"book-{language}-{path.stem}-dark.png")
            if not WHOLE:
                page.click("#mdbook-search-toggle")
                page.fill("#mdbook-searchbar", TEXTS[language][2])
                # The search begins when a key comes up, and its index is loaded then.
                page.wait_for_timeout(500)
                page.press("#mdbook-searchbar", "End")
                page.wait_for_selector("#mdbook-searchresults li")
            page.close()
        browser.close()
    assert not refused and not wrong, (refused, wrong)
