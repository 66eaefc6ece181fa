"""Chapters and appendices that have one source: they run strictly in both languages, every change that they suggest does what they say,
every mistake fails for its reason, solutions are accepted and known wrong answers rejected with the right words; each opening picture
is what the chapter draws today."""

import csv
import html
import json
import os
import pathlib
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import CHAINRULE, Kernel
from drawn import differences

COURSE = pathlib.Path(__file__).parents[2] / "notebooks" / "course"
SOURCES = sorted(COURSE.glob("[0-9]*.md"))
APPENDICES = sorted(COURSE.glob("A[0-9]*.md"))
MIME = "application/vnd.chainrule.course+json"
LANGUAGES = ["en", "zh"]
EACH = [(source, language) for source in SOURCES + APPENDICES for language in LANGUAGES]
# What a chapter says is tried in one language, in the other one for the next chapter; CHAINRULE_CHAPTERS=1 tries it in both.
TRIED = EACH if os.environ.get("CHAINRULE_CHAPTERS") else [(source, LANGUAGES[i % 2]) for i, source in enumerate(SOURCES + APPENDICES)]
# A sixth of those are run twice over, as who goes back does, among them both languages.
AGAIN = EACH if os.environ.get("CHAINRULE_CHAPTERS") else [each for i, each in enumerate(TRIED) if i % 12 in (1, 6)]
# Every fourth one is run strictly in its other language, among them both languages.
OTHERS = [each for each in EACH if each not in TRIED]
STRICT = EACH if os.environ.get("CHAINRULE_CHAPTERS") else [each for i, each in enumerate(OTHERS) if i % 8 in (0, 5)]


def name(value):
    return getattr(value, "stem", value)


def parts(source, language):
    """What there is in a chapter: texts, and code with edits, solutions, wrong answers and how it fails."""
    output = subprocess.run([CHAINRULE, "course", "parts", source, language], check=True, capture_output=True)
    return json.loads(output.stdout)


def words(exercise, language):
    """What the chapter says to each known mistake in an exercise."""
    path = COURSE.parents[1] / f"src/course/chapters/{int(exercise.split('.')[0]):02}.words"
    section = path.read_text().split(f"# {exercise}\n")[1].split("\n# ")[0]
    found = {}
    for line in section.splitlines():
        if line.startswith("wrong "):
            mistake, texts = line.removeprefix("wrong ").split(": ", 1)
            found[mistake] = texts.split(" | ")[LANGUAGES.index(language)]
    return found


def told(outputs):
    return [content["data"][MIME] for kind, content in outputs if "data" in content and MIME in content["data"]]


class Chapter:
    """A chapter while it is run as a learner does, cell by cell, with everything that its source says tried on the way."""

    def __init__(self, kernel, source, language):
        self.kernel, self.language = kernel, language
        self.parts = parts(source, language)
        self.is_appendix = source in APPENDICES
        self.claims, self.kinds, self.tried = {}, [], {"edits": 0, "fails": 0, "solutions": 0, "wrong": 0, "openings": 0}

    def run(self):
        for part in self.parts:
            if "code" in part:
                self.cell(part)

    def again(self):
        """A reader goes back: no name has become something else meanwhile, and every statement still holds."""
        for part in self.parts:
            if "code" in part and not part["fails"]:
                self.holds(part)

    def holds(self, part):
        """Runs a cell whose statements have to hold. What it says of time holds where nothing else runs, and here others do:
        it is asked a few times."""
        for rest in reversed(range(6 if "timed" in part["tags"] else 1)):
            outputs = self.ok(part["code"])
            failed = [one for one in told(outputs) if one["state"] == "failed"]
            if not failed:
                return outputs
            assert rest, (part["code"], failed)
            time.sleep(3)

    def ok(self, code):
        reply, outputs = self.kernel.run(code)
        assert reply["status"] == "ok", (code, reply.get("evalue"))
        return outputs

    def cell(self, part):
        for edit in part["edits"]:
            assert part["code"].count(edit["from"]) == 1
            self.ok(part["code"].replace(edit["from"], edit["to"]))
            self.ok(f"assert!({edit['expect']}, {json.dumps(edit['expect'])});")
            self.tried["edits"] += 1
        if part["fails"]:
            return self.fails(part)
        outputs = self.holds(part)
        found = told(outputs)
        self.kinds += [(one["kind"], one["state"]) for one in found]
        self.claims.update({one["id"]: one["value"] for one in found if one["kind"] == "claim"})
        for opening in part["openings"]:
            picture = COURSE.parent / self.language / opening["picture"]
            assert (picture.name, differences(picture.read_text(), self.drawn(opening))) == (picture.name, [])
            self.tried["openings"] += 1
        for solution in part["solutions"]:
            states = [one["state"] for one in told(self.ok(solution)) if one["kind"] == "check"]
            assert states and set(states) == {"passed"}, (solution, states)
            self.tried["solutions"] += 1
        for wrong in part["wrong"]:
            self.wrong(wrong)

    def drawn(self, opening):
        """The opening picture. What its code names stays inside, and is in no cell's way."""
        outputs = self.ok("{\n" + opening["code"] + "\n}")
        (shown,) = [content["data"] for kind, content in outputs if kind == "execute_result"]
        return shown["image/svg+xml"]

    def fails(self, part):
        assert "raises-exception" in part["tags"]
        reply, _ = self.kernel.run(part["code"])
        assert reply["status"] == "error", part["id"]
        for fails in part["fails"]:
            trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(reply["traceback"]))
            # Below rustc's words stand plain ones, in lines of a terminal's width.
            said = [re.sub(r"\s", "", text) for text in (fails["says"], reply["evalue"], trace)]
            assert said[0] in said[1] or (reply["ename"] == "CompileError" and said[0] in said[2]), (fails, trace)
            assert re.search(rf"(?m)(line |:|第 ?){fails['line']}\b", trace), (fails, trace)
            self.tried["fails"] += 1

    def wrong(self, wrong):
        outputs = self.ok(wrong["code"])
        (found,) = [one for one in told(outputs) if one["kind"] == "check"]
        assert (found["state"], found["value"]["found"]) == ("failed", wrong["name"]), (wrong, found)
        text = "\n".join(content["data"]["text/plain"] for _, content in outputs if "data" in content)
        assert words(found["id"], self.language)[wrong["name"]] in text, text
        self.tried["wrong"] += 1


def run_chapter(source, language):
    kernel = Kernel(env={"CHAINRULE_LANGUAGE": language, "CHAINRULE_COURSE": "soft"})
    try:
        chapter = Chapter(kernel, source, language)
        chapter.run()
        if (source, language) in AGAIN:
            chapter.again()
        return chapter
    finally:
        kernel.stop()


@pytest.mark.skipif("CHAINRULE_OPENINGS" not in os.environ, reason="CHAINRULE_OPENINGS=1 writes the opening pictures anew")
@pytest.mark.parametrize("source,language", [each for each in EACH if each[0] in SOURCES], ids=name)
def test_an_opening_picture_is_written_anew(source, language, jupyter_folders):
    """As the cells above it draw it, run once each, which is what a learner has seen by then."""
    kernel = Kernel(env={"CHAINRULE_LANGUAGE": language, "CHAINRULE_COURSE": "soft"})
    try:
        chapter = Chapter(kernel, source, language)
        for part in chapter.parts:
            if "code" in part and not part["fails"]:
                chapter.holds(part)
            for opening in part.get("openings", []):
                (COURSE.parent / language / opening["picture"]).write_text(chapter.drawn(opening))
                return
    finally:
        kernel.stop()


@pytest.fixture(scope="module")
def runs(request, jupyter_folders):
    """Those that are asked for, two at a time: while one compiles, another draws."""
    asked = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {one.params["chapter"]: None for one in asked if one and "chapter" in one.params}
    with ThreadPoolExecutor(2) as pool:
        yield {each: pool.submit(run_chapter, *each) for each in asked}


@pytest.fixture(scope="module", params=TRIED, ids=lambda each: f"{each[0].stem}-{each[1]}")
def chapter(request, runs):
    return runs[request.param].result()


def test_everything_that_a_chapter_says_is_true(chapter):
    """Run by the fixture; here it is counted."""
    print(chapter.tried, chapter.claims)
    if chapter.is_appendix:
        # It asks nothing that is recorded; nearly all of its cells state something.
        stating = [part for part in chapter.parts if "code" in part and (part["fails"] or re.search(r"claim\(|assert", part["code"]))]
        assert len(stating) >= 0.9 * len([part for part in chapter.parts if "code" in part])
        assert chapter.tried["fails"] >= 2
        return
    assert chapter.tried["edits"] >= 6 and chapter.tried["fails"] >= 2
    assert chapter.tried["solutions"] >= 3 and chapter.tried["wrong"] >= 9 and chapter.tried["openings"] == 1
    assert len([kind for kind in chapter.kinds if kind == ("predict", "open")]) >= 6
    assert len([kind for kind in chapter.kinds if kind[0] == "reveal"]) >= 6


def numbers_fit(source, language, claims):
    """Numbers in the text are those that were measured."""
    texts = [part.get("text", "") for part in parts(source, language)]
    marks = [mark for text in texts for mark in re.findall(r"⟦([^⟧]*?)([\d.,]+)([^⟧:]*):([^⟧]*)⟧", text)]
    assert marks or source in APPENDICES
    for _, number, unit, claim in marks:
        measured = claims[claim]
        tolerance = 0.5 if "%" in unit else 0.1 * abs(measured)
        assert abs(float(number.replace(",", "")) - measured) <= tolerance, (number, claim, measured)


@pytest.mark.parametrize("source,language", STRICT, ids=name)
def test_a_chapter_runs_strictly_without_a_front_end(source, language, tmp_path):
    notebook = COURSE.parent / language / f"{source.stem}.ipynb"
    run = [CHAINRULE, "run", "--quiet", "--strict", "--language", language, "--output", tmp_path, notebook]
    # So much memory a small machine has for it.
    env = {**os.environ, "CHAINRULE_MEMORY": "1500M"}
    # Where a chapter measures time, what else runs here may disturb it.
    tries = 4 if '"timed"' in notebook.read_text() else 1
    done = [subprocess.run(run, timeout=300, env=env).returncode]
    while done[-1] and len(done) < tries:
        done.append(subprocess.run(run, timeout=300, env=env).returncode)
    assert done[-1] == 0, done
    cells = json.loads((tmp_path / notebook.name).read_text())["cells"]
    data = [out["data"][MIME] for cell in cells for out in cell.get("outputs", []) if MIME in out.get("data", {})]
    claims = [one for one in data if one["kind"] == "claim"]
    assert len(claims) >= 6 and all(one["state"] == "passed" for one in claims)
    numbers_fit(source, language, {one["id"]: one["value"] for one in claims})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_to_start_with_shows_every_chapter(language, tmp_path):
    """Its picture with a text in its place, its question, and its headline as it stands in the chapter."""
    folder = COURSE.parent / language
    page = json.loads((folder / "START.ipynb").read_text())
    (gallery,) = ["".join(cell["source"]) for cell in page["cells"] if cell["id"] == "gallery"]
    rows = re.findall(r'(?s)<tr>.*?href="([^"]*)"><img src="([^"]*)" width="220" alt="([^"]{20,})".*?<i>(.+?)</i>(.*?)</td></tr>', gallery)
    assert [notebook for notebook, *_ in rows] == [f"{source.stem}.ipynb" for source in SOURCES]
    for source, (notebook, picture, _, question, shown) in zip(SOURCES, rows):
        assert (folder / notebook).is_file() and (folder / picture).is_file()
        found = parts(source, language)
        assert html.unescape(question) in found[0]["text"]
        headlines = [part["text"] for part in found if part["id"] == "headline"]
        assert all("⟦" in headline for headline in headlines), "a headline has a number that a claim has measured"
        shows = [re.sub(r"⟦([^⟧]*):[^⟧]*⟧", r"\1", headline) for headline in headlines]
        assert html.unescape(shown.removeprefix("<br>")) == "".join(shows)
    text = json.dumps(page, ensure_ascii=False)
    for source in APPENDICES:
        title, question = re.match(r"(?s)# (.*?)\n.*?\*\*(.*?)\*\*", parts(source, language)[0]["text"]).groups()
        assert f"* [{title}]({source.stem}.ipynb): {question}\\n" in text and (folder / f"{source.stem}.ipynb").is_file()
    assert "⟦" not in text and f"../{LANGUAGES[language == 'en']}/START.ipynb" in text
    run = [CHAINRULE, "run", "--quiet", "--strict", "--language", language, "--output", tmp_path, folder / "START.ipynb"]
    subprocess.run(run, check=True, timeout=300)


def test_an_outdated_picture_is_told_from_one_that_was_rounded():
    folder = COURSE.parent / "en" / "images"
    curves, greys, colours, words = ((folder / f"{name}.svg").read_text() for name in ["09-gap", "05-slopes", "01-moons", "13-attention"])
    for svg in [curves, greys, colours, words]:
        assert differences(svg, svg) == []
    # A curve that ends elsewhere, by a hair and by more; a text, a number in one, a colour, an element.
    place = re.findall(r'points="[^"]*?(\d+),(\d+)"', curves)[-1]
    moved = [curves.replace(",".join(place) + '"', f'{place[0]},{int(place[1]) + by}"') for by in (15, 40)]
    assert differences(curves, moved[0]) == [] and len(differences(curves, moved[1])) == 1
    assert differences(curves, curves.replace(">epoch<", ">step<")) == ["text: text 'step', not 'epoch'"]
    assert differences(words, words.replace(">0.55<", ">0.56<")) == [] != differences(words, words.replace(">0.55<", ">0.59<"))
    assert differences(words, words.replace("#FFFFFF", "#FEFCFF")) == [] != differences(words, words.replace("#FFFFFF", "#E0FFFF"))
    assert differences(curves, re.sub(r"<polyline[^>]*/>\n", "", curves, count=1)) != []
    # A picture inside is another neuron's, or another network's.
    inside = re.findall(r'href="(data:[^"]*)"', greys)
    assert differences(greys, greys.replace(inside[0], inside[1])) != []
    inside = re.findall(r'href="(data:[^"]*)"', colours)
    assert differences(colours, colours.replace(inside[0], inside[1])) != []


def prose(text):
    return re.sub(r"(?s)```.*?```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|<[^>]*>", " ", text)


@pytest.mark.parametrize("source", SOURCES + APPENDICES, ids=name)
def test_the_form_of_a_chapter(source):
    for language in LANGUAGES:
        found = parts(source, language)
        code = [part for part in found if "code" in part]
        assert all(len(part["code"].splitlines()) <= 15 for part in code), [p["id"] for p in code if len(p["code"].splitlines()) > 15]
        assert all(len(line) <= 96 for part in code for line in part["code"].splitlines())
        ids = [part["id"] for part in code if part["id"] != "quiz"]
        assert len(ids) == len(set(ids))
        draws = [part for part in code if re.search(r"plot::|reveal|summary\(\)$|check\(|quiz\(|\.evaluate|\.fit\(|interact", part["code"])]
        guesses = [part for part in code if part["code"].count("\n") <= 1 and "predict(" in part["code"]]
        # An appendix is looked things up in: it need not be as full of pictures.
        assert source in APPENDICES or len(draws) >= 0.6 * (len(code) - len(guesses))
        openings = [opening for part in code for opening in part["openings"]]
        assert len(openings) == (source in SOURCES)
        for lines in [opening["code"].splitlines() for opening in openings]:
            assert len(lines) <= 15 and all(len(line) <= 96 for line in lines), lines
        # An image has a text in its place.
        texts = [part["text"] for part in found if "text" in part]
        images = [image for text in texts for image in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", text)]
        assert images or source in APPENDICES
        assert all(len(alt) > 20 and (COURSE.parent / language / path).is_file() for alt, path in images)
    first = parts(source, "en")[0]["text"]
    assert len(prose(re.sub(r"!\[[^\]]*\]", "", first)).split()) <= 90


def read(text, language):
    """How much there is to read: words, or Chinese characters. Code in a line and a formula count as one; what is folded does not
    count, and a table neither, in which one looks for a row."""
    text = re.sub(r"(?m)^\|.*$", " ", text)
    text = re.sub(r"(?s)<details.*?</details>|```.*?```|\$\$.*?\$\$|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<[^>]*>", " ", text)
    text = re.sub(r"\$[^$]*\$|`[^`]*`", " x ", re.sub(r"⟦([^⟧:]*):[^⟧]*⟧", r"\1", text))
    if language == "zh":
        return len(re.findall(r"[\u4e00-\u9fff]", text))
    return len([word for word in text.replace("|", " ").split() if re.search(r"\w", word)])


@pytest.mark.parametrize("source", SOURCES + APPENDICES, ids=name)
def test_there_is_not_much_to_read_between_two_cells(source):
    for language, most in zip(LANGUAGES, [120, 200]):
        ids, texts, long = [], [], []
        for part in parts(source, language):
            if "text" in part and part["id"] != "headline":
                ids, texts = ids + [part["id"]], texts + [part["text"]]
            elif "code" in part:
                long += [(ids, read("\n".join(texts), language))]
                ids, texts = [], []
        assert [(ids, much) for ids, much in long if much > most] == []


def test_what_is_quoted_of_the_library_stands_there():
    quotes = [quote for source in SOURCES + APPENDICES for quote in re.findall(r"```rust\n// (src/\S+)\n(.*?)```", source.read_text(), re.S)]
    assert quotes
    for path, lines in quotes:
        assert lines in re.sub(r"(?m)^ +", "", (COURSE.parents[1] / path).read_text()), (path, lines)


@pytest.mark.parametrize("source", SOURCES + APPENDICES, ids=name)
def test_a_term_has_its_name_in_chinese(source):
    """Where the English uses a term of the table, the Chinese of the cell does: one name for one thing."""
    with (COURSE / "terms.csv").open() as file:
        terms = [(row["en"], row["zh"]) for row in csv.DictReader(file)]
    lacking = []
    for english, chinese in zip(parts(source, "en"), parts(source, "zh")):
        if "text" not in english:
            continue
        text = prose(english["text"]).lower()
        for term, name in terms:
            if re.search(rf"\b{term}(s|es)?\b", text) and name not in chinese["text"]:
                lacking.append((english["id"], term, name))
    assert lacking == []
    # Others' names for the same things, full-width punctuation, 95% in one piece, and how a teacher addresses one reader.
    everything = "\n".join(part["text"] for part in parts(source, "zh") if "text" in part)
    for word in ["反向传递", "您", "让我们", "前馈传播", "丢弃法"]:
        assert word not in everything
    assert not re.findall(r"[\u4e00-\u9fff][,;!?]", prose(everything))
    assert not re.findall(r".{0,5}[\d⟧] %", prose(everything))
    assert not re.findall(r"[\u4e00-\u9fff][A-Za-z0-9]", prose(everything).replace("第9", "")), re.findall(
        r".{5}[\u4e00-\u9fff][A-Za-z0-9].{5}", prose(everything)
    )
