"""Every kind of picture from a real cell; what a network's mistakes are called; forty wrong calls and the lines they are on."""

import re
import struct
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import plain

SETTING = """
seed(1);
let moons = data::two_moons(60, 0.1);
let mut net = Sequential::new().add(Dense::new(2, 6).relu()).add(Dense::new(6, 2).softmax());
net.compile(Adam::new(0.02), SparseCategoricalCrossentropy::new(), (Accuracy, TopK(2)));
let history = net.fit(&moons).epochs(3).verbose(false).run();
let digits = data::digits(12);
let probabilities = Tensor::ones(&[12, 10]).softmax(-1);
let word = data::words(1).x;
let steps = vec![(-1.0, 1.0), (-0.5, 0.3), (0.0, 0.0)];
"""

# What each shows, and a word of its text.
PICTURES = [
    ("plot::curve(&[1.0, 2.0], &[2.0, 1.0]).log_y()", "2 points"),
    ('plot::curves(&[("loss", history.loss())]).log_x()', "loss: 3 points"),
    ('plot::lines(&[0.0, 1.0], &[("a", [1.0, 2.0])])', "a: 2 points"),
    ("plot::function(|x| x.tanh(), -3.0..3.0)", "values from"),
    ('plot::functions(&[("x²", &|x| x * x)], 0.0..1.0)', "x²"),
    ('plot::bars(&["a", "b"], &[1.0, 2.0])', "a: 1"),
    ("plot::histogram(&digits.x)", "9408 values"),
    ("plot::heatmap(&tensor([[1.0, -1.0]]))", "1 × 2"),
    ("plot::scatter(&moons.x, &moons.y)", "class 0: 30 points"),
    ("plot::decision_boundary(&moons, |points| net.predict(points))", "of 60 points on their side"),
    ("plot::images(&digits.x, &[])", "12 pictures"),
    ("plot::image_grid(&digits.x, &digits.y, Some(&digits.y))", "12 of 12 right"),
    ("plot::mistakes(&digits.x, &digits.y, &probabilities, 4)", "of 12 wrong"),
    ("plot::saliency(&digits.x, &digits.x)", "12 pictures"),
    ("plot::filters(&Conv2D::new(1, 4, 3).parameters()[0])", "4 pictures of 3 × 3"),
    ('plot::confusion(&tensor([[5, 1], [0, 4]]), &["cat", "dog"])', "9 of 10 right"),
    ("plot::roc(&tensor([0.9, 0.2, 0.4]), &tensor([1, 0, 0]))", "AUC 1"),
    ('plot::contour_path(|x, y| x * x + y * y, -1.0..1.0, -1.0..1.0, &[("SGD", &steps)])', "SGD: 3 points"),
    (
        "plot::loss_landscape(&net.parameters(), || SparseCategoricalCrossentropy::new().loss(&net.forward(&moons.x), &moons.y))",
        "here 0.",
    ),
    (
        "plot::loss_section(&net.parameters(), || SparseCategoricalCrossentropy::new().loss(&net.forward(&moons.x), &moons.y))",
        "direction 3",
    ),
    ("plot::network(&net.parameters())", "dense1: 6 units"),
    ("plot::neurons(&moons, &net.parameters(), |points| net.activations(points))", "dense2: 2 units"),
    ("plot::histograms(&net.activations(&moons.x))", 'histogram "dense1": 360 values'),
    ("plot::weights(&net.parameters())", "dense2.weight"),
    (
        "SparseCategoricalCrossentropy::new().loss(&net.forward(&moons.x), &moons.y).backward();\nplot::gradients(&net.parameters())",
        "× parameter",
    ),
    ("plot::wave(&word, data::RATE)", "4000 points"),
    ("plot::spectrogram(&word, data::RATE)", "0.5 s at 8000 samples"),
    ("plot::sound(&word, data::RATE)", "0.5 s at 8000 samples"),
    ('plot::attention(&Tensor::ones(&[2, 3, 3]).softmax(-1), &["a", "b", "c"])', 'attention "head 2"'),
    ('plot::probabilities(&["yes", "no"], &[0.25, 0.75])', "no: 0.75"),
    ('plot::embedding(&Embedding::new(3, 8).parameters()[0], &["a", "b", "c"])', "3 vectors of 8 features"),
    ("plot::board(&tensor([[1, 0], [0, -1]]), None)", "X ."),
    ('plot::scaling(&[1e3, 1e4, 1e5], &[3.0, 2.0, 1.5]).x_label("parameters")', "y = "),
    ("plot::profile(&net, &moons.x)", "% of the time"),
    ("plot::frames((1..4).map(|k| plot::function(|x| x * k as Float, 0.0..1.0)).collect())", "3 frames"),
    ("draw_graph(&(tensor(2.0).requires_grad() * 3.0))", "mul"),
    ("net.find_learning_rate(&moons)", "learning rate"),
]


@pytest.fixture(scope="module")
def shown(kernel):
    """The kernel after the cell that the pictures need."""
    reply, outputs = kernel.run(SETTING)
    assert reply["status"] == "ok", reply
    return kernel


def check(bundle, said):
    assert said in bundle["text/plain"], bundle["text/plain"]
    pictures = [text for kind, text in bundle.items() if kind in ("image/svg+xml", "text/html")]
    assert pictures
    for picture in pictures:
        # Legible without anything from elsewhere, small enough for a notebook, and with its own background.
        ElementTree.fromstring(picture)
        assert len(picture) < 300_000 and "http" not in picture.replace("http://www.w3.org/", "")
        assert "#fff" in picture


# Several in a cell, because each cell is compiled.
@pytest.mark.parametrize("first", range(0, len(PICTURES), 6))
def test_a_cell_shows_them(shown, first):
    some = PICTURES[first : first + 6]
    code = [f"show(&{{ {code} }});" for code, _ in some[:-1]]
    reply, outputs = shown.run("\n".join([*code, some[-1][0]]))
    assert reply["status"] == "ok", reply
    bundles = [content["data"] for kind, content in outputs if kind == "display_data"]
    bundles += [content["data"] for kind, content in outputs if kind == "execute_result"]
    assert len(bundles) == len(some), [bundle["text/plain"] for bundle in bundles]
    for bundle, (_, said) in zip(bundles, some):
        check(bundle, said)


def test_a_live_view_shows_all_metrics(shown):
    reply, outputs = shown.run("net.fit(&moons).epochs(4).validation_split(0.25).run();")
    assert reply["status"] == "ok", reply
    last = [content["data"] for kind, content in outputs if kind == "update_display_data"][-1]
    for name in ["loss", "accuracy", "top_2", "val_loss", "val_accuracy", "val_top_2"]:
        assert f">{name}</th>" in last["text/html"], last["text/html"]
        assert f"{name} " in last["text/plain"]


# --- what keeps a network from learning


def notices(outputs):
    """What is said beside what the cell shows. Nothing of it is on standard error, which counts as a failure in a test."""
    assert not [content for kind, content in outputs if content.get("name") == "stderr"], outputs
    texts = [content["data"]["text/plain"] for kind, content in outputs if kind == "display_data"]
    return [text for text in texts if text.startswith(("warning: ", "fit stopped"))]


WARNINGS = [
    (
        "let bytes = Dataset::new(&(&moons.x * 255.0), &moons.y);\nfor _ in 0..2 { net.fit(&bytes).verbose(false).run(); }",
        ["the inputs are not scaled"],
    ),
    (
        "let logits = tensor([[1.0, 2.0]]).requires_grad().softmax(-1);\nlogits.cross_entropy(&tensor([1]));",
        ["went through softmax already"],
    ),
    (
        "let loss = SparseCategoricalCrossentropy::from_logits().label_smoothing(0.1);\n"
        "loss.loss(&tensor([[1.0, 2.0]]).softmax(-1), &tensor([1]));",
        ["gone through softmax already"],
    ),
    (
        "let mut three = Sequential::new().add(Dense::new(2, 8)).add(Dense::new(8, 3).softmax());\n"
        "three.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), ());\n"
        "three.fit(&Dataset::new(&moons.x, &(&moons.y + 1.0))).verbose(false).run();",
        ["no label is 0, the lowest is 1"],
    ),
]


@pytest.mark.parametrize("code, said", WARNINGS, ids=["scale", "softmax", "smooth", "labels"])
def test_a_mistake_is_told_once_in_each_cell(shown, code, said):
    for _ in range(2):
        reply, outputs = shown.run(code)
        assert reply["status"] == "ok", reply
        assert len(notices(outputs)) == len(said), notices(outputs)
        for words in said:
            assert words in notices(outputs)[0]


def test_warnings_can_be_turned_off(shown):
    code = WARNINGS[1][0]
    reply, outputs = shown.run(f"warnings(false);\n{code}\nwarnings(true);")
    assert reply["status"] == "ok" and notices(outputs) == []


def test_a_nan_has_its_operation_and_its_line(shown):
    code = """let w = tensor([1.0, -1.0]).requires_grad();
let mut losses = Vec::new();

for _ in 0..3 {
    let doubled = &w * 2.0;
    let logs = doubled
        .ln();
    let loss = (logs * 3.0).sum();
    loss.backward();
    losses.push(loss.item());
}"""
    reply, outputs = shown.run(code)
    assert reply["status"] == "ok", reply
    (said,) = notices(outputs)
    assert "the loss is NaN" in said and "the result of `ln`, shape [2], made in line 7 of this cell" in said
    # A graph of an earlier cell is not on a line of this one.
    shown.run("let w = tensor([1.0, -1.0]).requires_grad();\nlet logs = w.ln();")
    reply, outputs = shown.run("// one\n// two\nlogs.sum().backward();")
    (said,) = notices(outputs)
    assert "the result of `ln`, shape [2]; stop_at_nan" in said, said
    # Nor is what a function makes, whose lines are elsewhere.
    shown.run("fn bad(x: &Tensor) -> Tensor {\n    x.ln()\n}")
    reply, outputs = shown.run("// one\nbad(&w).sum().backward();")
    (said,) = notices(outputs)
    assert "line" not in said, said
    # But the cell can end there.
    reply, outputs = shown.run("stop_at_nan(true);\nlet result = bad(&w);")
    assert reply["status"] == "error" and "ln: the result" in reply["evalue"], reply
    assert "line 2" in "\n".join(reply["traceback"]) and "x.ln()" in "\n".join(reply["traceback"]), reply["traceback"]
    shown.run("stop_at_nan(false);")


def test_a_fit_that_fails_is_no_failed_test(shown):
    reply, outputs = shown.run(
        "let mut wild = Sequential::new().add(Dense::new(2, 4)).add(Dense::new(4, 1));\n"
        "wild.compile(Sgd::new(1e30), MeanSquaredError, ());\n"
        "wild.fit(&moons).epochs(9).verbose(false).run();"
    )
    assert reply["status"] == "ok", reply
    assert any(text.startswith("fit stopped in epoch") for text in notices(outputs)), outputs


# --- wrong calls: the second line of each cell, and what is said

MISTAKES = [
    ("a.matmul(&b);", "matmul: inner sizes differ: [2, 3] x [4, 5]"),
    ("let c = &a + &b;", "add: shapes do not broadcast: [2, 3] and [4, 5]"),
    ("a.reshape(&[4, 2]);", "reshape: sizes differ: [2, 3] has 6 values, [4, 2] holds 8"),
    ("let c = Tensor::from_vec(vec![1.0; 5], &[2, 3]);", "5 values do not fill the shape [2, 3]"),
    ("let c = tensor(vec![vec![1.0], vec![1.0, 2.0]]);", "row 1 has 2 values, row 0 has 1"),
    ("a.sum_axis(2, false);", "sum_axis: no axis 2 in the shape [2, 3]"),
    ("a.softmax(-3);", "softmax: no axis -3"),
    ("a.slice(1, 2..5);", "slice: 2..5 does not lie in axis 1"),
    ("a.select_rows(&[0, 2]);", "select_rows: no row 2"),
    ("a.item();", "item: the tensor has 6 values"),
    ("let c = Tensor::concat(&[&a, &b], 0);", "concat: shapes do not fit along axis 0: [2, 3] and [4, 5]"),
    ("a.mse_loss(&b);", "mse_loss: shapes differ: [2, 3] and [4, 5]"),
    ("a.cross_entropy(&tensor([0, 3]));", "cross_entropy: label 3 at row 1, but classes are 0..=2"),
    ("a.cross_entropy(&tensor([0, 1, 2]));", "one label for each row"),
    ("a.cross_entropy(&a);", "one-hot"),
    ("tensor([0, 7]).one_hot(5);", "label 7 at row 1"),
    ("a.conv2d(&b, 1, 0);", "conv2d: the weight has the shape [4, 5]"),
    ("(&w * 2.0).backward();", "backward: the loss must be one number, but has the shape [2]"),
    ("tensor(1.0).backward();", "requires a gradient"),
    ("w.grad();", "grad: `w` of shape [2] has no gradient"),
    ("w.set_value(&tensor([1.0]));", "set_value: shapes differ: [2] <- [1]"),
    ("Dense::new(784, 128).forward(&images);", "Dense(784, 128): an input of 784 features is expected, got shape [4, 28, 28]"),
    ("Conv2D::new(1, 8, 3).forward(&a);", "Conv2D: an input of the shape [n, 1, height, width] is expected"),
    ("Lstm::new(3, 8).forward(&a);", "Lstm(3, 8): sequences [n, length, 3] are expected"),
    ("Embedding::new(5, 2).forward(&tensor([[5]]));", "embedding: no entry 5"),
    ("let c = MultiHeadAttention::new(6, 4);", "6 features cannot be divided among 4 heads"),
    ("Sequential::new().add(Dense::new(2, 1)).fit(&data::xor()).run();", "fit: the model is not compiled"),
    ("model.fit(&data::xor()).verbose(false).run();", "an input of 3 features is expected, got shape [4, 2]"),
    ("model.fit(&data::xor()).batch_size(0).run();", "a batch of 0"),
    ("Adam::new(0.1).step(&[]);", "the optimiser has no parameters"),
    ("Sgd::new(0.1).step(&model.parameters());", "`dense1.weight` of shape [3, 2] has no gradient"),
    ("accuracy(&a, &tensor([1, 2, 3]));", "accuracy: one label for each row"),
    ("confusion_matrix(&tensor([0, 1])).classes(2).against(&tensor([0, 2]));", "confusion_matrix: label 2"),
    ('History::default().get("los");', 'no figure is called "los"'),
    ("let c = Dataset::new(&a, &Tensor::zeros(&[4]));", "x and y count different examples: [2, 3] and [4]"),
    ("data::xor().split(1.5);", "split: 1.5 of 4 examples"),
    ("data::digits(0);", "digits: 0 digits are too few"),
    ("plot::curve(&[1.0, 2.0], &[1.0]);", "curve: 2 xs and 1 ys"),
    ("plot::scatter(&a, &tensor([0, 1]));", "scatter: points have the shape [n, 2], x has [2, 3]"),
    ('plot::attention(&a, &["x"]);', "attention: weights of shape [2, 3] for 1 tokens"),
]


@pytest.fixture(scope="module")
def wrong(kernel):
    reply, _ = kernel.run(
        "let (a, b) = (Tensor::zeros(&[2, 3]), Tensor::zeros(&[4, 5]));\n"
        'let w = tensor([1.0, 2.0]).requires_grad().label("w");\n'
        'let images = Tensor::zeros(&[4, 28, 28]).label("images");\n'
        "let mut model = Sequential::new().add(Dense::new(3, 2).softmax());\n"
        "model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);"
    )
    assert reply["status"] == "ok", reply
    return kernel


@pytest.mark.parametrize("code, said", MISTAKES, ids=[re.sub(r"\W+", "-", code)[:40] for code, _ in MISTAKES])
def test_a_wrong_call_is_explained_at_its_line(wrong, code, said):
    reply, _ = wrong.run(f"let first = 1;\n{code}\nlet last = 3;")
    assert reply["status"] == "error" and reply["ename"] == "Panic", reply
    assert said in reply["evalue"] and "hint" in reply["evalue"], reply["evalue"]
    traceback = plain(reply["traceback"])
    assert re.search(r"line 2\b", traceback) and code.splitlines()[0] in traceback, traceback


def test_a_picture_is_saved_in_the_form_that_its_name_asks_for(shown, tmp_path):
    """As people write it who come from matplotlib; a PNG has two pixels for each of the page."""
    figure = 'plot::curves(&[("loss", history.loss())]).title("training")'
    reply, _ = shown.run(f'{figure}.save("{tmp_path}/loss.png")?;\n{figure}.save("{tmp_path}/loss.svg")?;')
    assert reply["status"] == "ok", reply
    png, svg = (tmp_path / "loss.png").read_bytes(), (tmp_path / "loss.svg").read_text()
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and png.endswith(b"IEND\xaeB`\x82")
    width, height = struct.unpack(">II", png[16:24])
    drawn = ElementTree.fromstring(svg)
    assert (width, height) == (2 * float(drawn.get("width")), 2 * float(drawn.get("height")))
    reply, _ = shown.run(f'draw_graph(&(tensor(2.0).requires_grad() * 3.0)).save("{tmp_path}/graph.png")?;')
    assert reply["status"] == "ok" and (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG"), reply
    reply, _ = shown.run(f'{figure}.save("{tmp_path}/loss.jpg")?;')
    assert reply["status"] == "error" and "loss.png" in reply["evalue"] and "loss.svg" in reply["evalue"], reply


def test_letters_without_a_font_are_refused_not_drawn_as_boxes(shown, tmp_path):
    reply, _ = shown.run(f'plot::bars(&["\U000e0ff0"], &[1.0]).save("{tmp_path}/bars.png")?;')
    assert reply["status"] == "error" and "U+E0FF0" in reply["evalue"] and ".svg" in reply["evalue"], reply
    assert not (tmp_path / "bars.png").exists()
    reply, _ = shown.run("net.predict(&moons.x).shape()")
    assert reply["status"] == "ok", reply
