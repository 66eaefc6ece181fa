"""What people who come from Keras, PyTorch, NumPy and scikit-learn type first: a message leads to the form that works, in
one step, and completion and inspection do so before."""

import pytest
from test_beginners import english, chinese, run  # noqa: F401 (fixtures)

SETUP = (
    "let x = Tensor::zeros(&[2, 2]); let train = data::xor();\n"
    "let mut model = Sequential::new().add(Dense::new(2, 4).relu()).add(Dense::new(4, 2).softmax());\n"
    "let mut optimizer = Sgd::new(0.1);"
)

# What is typed; what must be proposed, as code; words that must be said in English.
ROWS = [
    # Another name.
    ("manual_seed(1);", "seed(1)", "PyTorch"),
    ("let (a, b) = train_test_split(&train, 0.2);", "train.split(0.8)", "scikit-learn"),
    ("let l = Linear::new(1, 2);", "Dense::new(1, 2)", "PyTorch"),
    ("let c = Conv2d::new(1, 2, 3);", "Conv2D::new(1, 2, 3)", "it is called `Conv2D` here"),
    ("let p = MaxPooling2D::new(2);", "MaxPool2D::new(2)", "Keras"),
    ("let s = StepLR::new(0.1, 30, 0.5);", "Schedule::step(0.1, 30, 0.5)", "steps, not epochs"),
    ("let s = ExponentialDecay::new(0.1, 100, 0.9);", "Schedule::exponential(0.1, 0.999)", "example,"),
    ("let s = CosineAnnealingLR(0.1, 100);", "Schedule::cosine(0.1, 100)", "PyTorch"),
    ("let s = LearningRateScheduler(|e| 0.1);", "Schedule::custom(", "steps, not epochs"),
    ('let cb = ModelCheckpoint::new("best");', 'Checkpoint::new("best.safetensors")', ".callback(…)"),
    ("let lr = ReduceLROnPlateau::new(0.5, 3);", "ReduceOnPlateau::new(0.5, 3)", "Keras"),
    ("let loss = CrossEntropyLoss::new();", "SparseCategoricalCrossentropy::from_logits()", "plain scores"),
    ("model.compile(SGD::new(0.1), MeanSquaredError, ());", "Sgd::new(0.1)", "`Sgd`"),
    ("x.view(&[4])", "x.reshape(&[4])", "PyTorch"),
    ("x.T", "x.t()", "NumPy"),
    ("Tensor::cat(&[&x, &x], 1)", "Tensor::concat(&[&x, &x], 1)", "axis"),
    ("x.cuda()", "&x", "leave it out"),
    ("model.state_dict()", 'model.save("model.safetensors")?', "PyTorch"),
    ("model.eval();", "model.predict(&x)", "nothing has to be switched"),
    ("optimizer.zero_grad();", "zero_grad(&model.parameters())", "PyTorch"),
    ("model.fit(&train).epochs(2).validation_data(&train).run();", "model.fit(&train).epochs(2).validation(&train)", "Keras"),
    ("model.fit(&train).sample_weight(&[1.0]).run();", ".class_weight(&[1.0, 5.0])", "each class"),
    ("let flag = if True { 1 } else { 2 };", "true", "Python"),
    ('print("a")', 'println!("a");', "a macro"),
    ("print(x, 2)", 'println!("{:?} {:?}", x, 2);', "a macro"),
    ("let loss = BinaryCrossentropy::from_logits();", "logits.bce_with_logits(&p)", "computes from the logits"),
    # Modules of Python.
    ("torch::manual_seed(1);", "seed(1)", "not needed"),
    ("np.zeros(3)", "Tensor::zeros(&[3])", "not needed"),
    ("let l = nn::Linear(1, 2);", "Dense::new(1, 2)", "not needed"),
    ("use keras::layers::Dense;", "Dense::new(inputs, outputs)", "not needed"),
    ("plot::line(&x, &x)", "plot::curve(&x, &x)", "plot::curves"),
    ("plot::image(&x)", "plot::images(&images, &[])", "titles"),
    ('plot::title("a")', 'plot::curve(&x, &y).title("training")', "Matplotlib"),
    ("plot::show()", "plot::curve(&x, &y)", "last line of a cell"),
    ("train.describe()", "&train", "pandas"),
    ("plt.plot(x, x)", "plot::curve(&x, &x)", "not needed"),
    # Another form of what is there.
    ("x.sum_axis(1)", "x.sum_axis(1, false)", "keepdim"),
    ("x.argmax()", "x.argmax(-1)", "along which axis"),
    ("confusion_matrix(&train.y, &x.argmax(-1), 2)", "confusion_matrix(&x.argmax(-1)).classes(2).against(&train.y)", "by name"),
    ("recall(&x.argmax(-1), &train.y, 1)", "recall(&x.argmax(-1)).class(1).against(&train.y)", "by name"),
    ("roc_auc(&train.y, &x.sum_axis(1, false))", ".against(&train.y)", "by name"),
    ("let f = subplots(1, 2);", "plot::side_by_side([", "Matplotlib"),
    ('plot::histogram(&x).savefig("x.png");', '.save("picture.png")?', "picture.svg"),
    ("x.mean(0)", "x.mean_axis(0, false)", "all values together"),
    ("x.reshape(4, 1)", "x.reshape(&[4, 1])", "a list"),
    ("Tensor::zeros(3)", "&[3]", "a list"),
    ("Tensor::ones((3, 4))", "&[3, 4]", "a list"),
    ("exp(&x)", "x.exp()", "is a method"),
    ("softmax(&x)", "x.softmax(-1)", "is a method"),
    ("train.class_names()", "train.classes", "reads them"),
    ("x.label()", "x.name()", "reads it"),
    ("x.requires_grad(false);", "x.set_trainable(false)", "as it is"),
    ("model.layers()[0].trainable = false;", "model.layers()[0].set_trainable(false);", "a method"),
    ("optimizer.learning_rate = 0.2;", "optimizer.set_learning_rate(0.2);", "a method"),
    ("model.fit(&x, &x);", "model.fit_tensors(&x, &x).epochs(10).run()", "a data set"),
    ("model.fit(&train, epochs = 10, batch_size = 4);", ".epochs(10).batch_size(4)", "no arguments by name"),
    (
        'model.compile(loss = "mse", optimizer = "adam", metrics = ["mae"]);',
        'model.compile("adam", "mse", ["mae"])',
        "no arguments by name",
    ),
    ('let d = Dense::new(2, 3, activation = "relu");', ".relu()", "no arguments by name"),
    ("let r = Relu::new();", ".add(Relu)", "the name alone"),
    ("let t = Tensor::new(&[1.0]);", "tensor([1.0])", "`tensor([1.0])`"),
    ("for (a, b) in train.batches(2) {}", "batch.x", "two parts"),
    ("let first = train[0];", "train.select(&[0])", "a row of `x`"),
    ("model.compile(Adam, MeanSquaredError, ());", "Adam::default()", "is a type"),
    ("let adam = Adam::new();", "Adam::default()", "usual"),
    ("let d = Dense(2, 3);", "Dense::new(2, 3)", "is a type"),
    ("let d = Dense::new(1, 2, Relu);", "Dense::new(1, 2).relu()", "activation"),
    ("let f = Flatten();", "Flatten", "the name alone"),
    ("let stop = EarlyStopping::new();", "EarlyStopping::new(patience)", "in this order"),
    (
        "model.compile(Adam::default(), |p, t| (p - t).square().mean(), ());",
        "|p: &Tensor, t: &Tensor| (p - t).square().mean()",
        "two tensors",
    ),
    ('let net = Sequential::new();\nSequential::load(&net, "m.safetensors")?', 'net.load_weights("m.safetensors")?;', "from its file alone"),
    ("let m = Sequential::new(vec![Dense::new(1, 2), Dense::new(2, 3)]);", ".add(Dense::new(1, 2)).add(Dense::new(2, 3))", "empty"),
    ("let m = Sequential::new();\nm.add(Dense::new(1, 2));\nm.summary()", "m = m.add(Dense::new(1, 2));", "one owner"),
]
NAMES = [row[0][:32] for row in ROWS]


def explained(ran, heading):
    assert ran.name == "CompileError", ran.all
    assert heading in ran.error, ran.error
    return ran.error[ran.error.index(heading) :]


@pytest.fixture(scope="module")
def ready(english):  # noqa: F811
    run(english, SETUP)
    return english


@pytest.fixture(scope="module")
def bereit(chinese):  # noqa: F811
    run(chinese, SETUP)
    return chinese


@pytest.mark.parametrize("code, ours, words", ROWS, ids=NAMES)
def test_a_message_leads_to_the_form_that_works(ready, code, ours, words):
    said = explained(run(ready, code), "In plain words: ")
    assert f"\n    {ours}" in said or ours in said.split("\n\n")[1], said
    assert words in said, said
    # One explanation of one mistake, and none that sends the learner to look for a typo.
    assert "spelled right" not in said and ":dep" not in said and "after a restart" not in said.lower(), said


@pytest.mark.parametrize("code, ours, _", ROWS, ids=NAMES)
def test_the_same_in_chinese(bereit, code, ours, _):
    said = explained(run(bereit, code), "简单地说：")
    assert ours in said and "In plain words" not in said, said
    assert any("\u4e00" < letter for letter in said.splitlines()[0].replace("简单地说", "")), said


def test_names_of_the_learner_are_the_learners(ready):
    """A name that another library has as well is not explained where it is the learner's own."""
    ran = run(ready, "fn view(n: i32) -> i32 { n }\nview(1, 2)")
    assert ran.name == "CompileError" and "PyTorch" not in ran.error and "keepdim" not in ran.error, ran.error
    ran = run(ready, "struct Mine;\nlet mine = Mine;\nmine.view(1)")
    assert ran.name == "CompileError" and "PyTorch" not in ran.error, ran.error
    run(ready, "let print = vec![1];")
    run(ready, "let moved = print;")
    ran = run(ready, "print.len()")
    assert "moved the value of `print`" in ran.error and "Python" not in ran.error, ran.error


# What was typed first by people who came from elsewhere, and works.
WORKS = [
    'model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"]);',
    'model.compile(Adam::default(), SparseCategoricalCrossentropy, "mae");',
    "model.compile(Adam::default(), SparseCategoricalCrossentropy, None);",
    "model.compile(Adam::default(), |p: &Tensor, t: &Tensor| -p.ln().gather(1, &t.reshape(&[t.len(), 1])).mean(), ());\n"
    "model.fit(&train).epochs(2).class_weight(&[1.0, 2.0]).verbose(false).run().loss().len()",
    "let copy = model.clone();\nmodel.layers()[0].set_trainable(false);",
    "(copy.parameters().len(), model.parameters().len())",
    "use ndarray::Array2;\nlet array = Array2::<f32>::ones((2, 3));",
    "let from_array = Tensor::from(&array);\nlet back: Array2<f32> = from_array.row(0).unsqueeze(0).into();",
    "back.sum() + array.sum()",
    "model.predict(&train.x).row(0).argmax(-1).shape().len()",
]


def test_what_works(ready):
    results = []
    for code in WORKS:
        ran = run(ready, code)
        assert ran.status == "ok", ran.all
        results += ran.results
    assert results == ["2", "(4, 2)", "9.0", "0"]


def completed(kernel, code):
    kernel.run(SETUP)
    return kernel.request("complete_request", {"code": code, "cursor_pos": len(code)})


@pytest.mark.parametrize(
    "code, ours",
    [
        ("manual_s", "seed"),
        ("Conv2d", "Conv2D::new"),
        ("StepL", "Schedule::step"),
        ("ModelCheck", "Checkpoint::new"),
        ("x.vie", "reshape"),
        ("x.numel", "len"),
        ("model.state_d", "save"),
        ("let (a, b) = train_te", "train.split(0.8)"),
        ("let layer = nn.Lin", "Dense::new"),
        ("let y = np.conc", "Tensor::concat"),
    ],
)
def test_completion_offers_ours_for_a_foreign_name(ready, code, ours):
    reply = completed(ready, code)
    assert ours in reply["matches"], reply
    (entry,) = [one for one in reply["metadata"]["_jupyter_types_experimental"] if one["text"] == ours]
    assert "(" in entry["signature"], entry
    assert reply["cursor_end"] == len(code)


def test_a_module_of_python_goes_with_the_name(ready):
    reply = completed(ready, "let y = torch.nn.Conv2")
    assert reply["matches"] == ["Conv2D"] and reply["cursor_start"] == len("let y = "), reply
    # A variable of this name is no module.
    ready.run("let nn = tensor([1.0]);")
    assert completed(ready, "nn.resha")["matches"] == ["reshape"]
    for of_the_cell in ("let layers = vec![1]; layers.le", "fn f(layers: &Vec<i32>) { layers.le"):
        assert "len" in completed(ready, of_the_cell)["matches"], of_the_cell


def test_completion_of_a_name_that_is_ours_is_as_before(ready):
    assert completed(ready, "Dens")["matches"][0] == "Dense"
    assert completed(ready, "x.resha")["matches"] == ["reshape"]


@pytest.mark.parametrize("code, words", [("manual_seed(1)", "seed(42)"), ("x.view(&[4])", "x.reshape(&[2, 8])")])
def test_inspection_says_what_a_foreign_name_is_here(ready, code, words):
    at = code.index("(") - 1
    reply = ready.request("inspect_request", {"code": code, "cursor_pos": at, "detail_level": 0})
    assert reply["found"] and words in reply["data"]["text/plain"], reply
