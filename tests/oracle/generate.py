"""Writes what PyTorch computes, in double precision, for the comparison in `tests/oracle.rs`.

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch==2.15.0 numpy
    /tmp/oracle/bin/python tests/oracle/generate.py

Only values and gradients are stored. Inputs come from a formula that both sides know (`numbers`), with values that a
`float32` holds exactly; what is differentiated is the sum of all outputs, each times a weight from another formula.
"""

import json
import pathlib

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).parent


def numbers(shape, phase):
    """Odd multiples of 1/64 from -2 to 2: never 0, and different from each other up to 129 of them."""
    count = torch.Size(shape).numel()
    values = [(2 * ((i * 37 + phase * 53) % 129) - 127) / 64 for i in range(count)]
    return torch.tensor(values).reshape(shape)


def weights(shape):
    """What the outputs are multiplied with before they are added up."""
    count = torch.Size(shape).numel()
    return torch.tensor([1 + (i * 29 % 17) / 16 for i in range(count)]).reshape(shape)


def flat(tensor):
    return [float(f"{value:.13g}") for value in tensor.detach().flatten().tolist()]


class Family:
    """The cases of one file. A case is a name, the shapes of its inputs, and a function of them."""

    def __init__(self, name):
        self.name, self.cases = name, []

    def __call__(self, name, shapes, function, positive=False, scale=1.0):
        inputs = [numbers(shape, phase) for phase, shape in enumerate(shapes)]
        if positive:
            inputs = [values.abs() + 0.25 for values in inputs]
        # Weights of 2 would make scores of hundreds, which leave `float32` no digits after a softmax.
        inputs[1:] = [values * scale for values in inputs[1:]]
        inputs = [values.requires_grad_() for values in inputs]
        output = function(*inputs)
        loss = (output * weights(output.shape)).sum()
        gradients = torch.autograd.grad(loss, inputs, allow_unused=True, materialize_grads=True)
        self.cases.append({
            "name": name, "shapes": [list(shape) for shape in shapes], "positive": positive, "scale": scale,
            "shape": list(output.shape), "values": flat(output), "gradients": [flat(g) for g in gradients],
        })

    def write(self):
        write(self.name, self.cases)


def write(name, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n")


# ---------------------------------------------------------------------------------------------------------- operations

op = Family("operations")
PAIRS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((3, 1), (1, 4)), ((2, 3), ())]
for name, function in [
    ("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div),
    ("maximum", torch.maximum), ("minimum", torch.minimum),
]:
    for a, b in PAIRS:
        op(f"{name} {list(a)} {list(b)}", [a, b], function)
for name, function in [
    ("neg", torch.neg), ("powi 3", lambda x: x**3), ("square", torch.square), ("exp", torch.exp), ("abs", torch.abs),
    ("sin", torch.sin), ("cos", torch.cos), ("clamp", lambda x: x.clamp(-0.5, 0.8)),
    ("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("relu", torch.relu),
    ("leaky_relu", lambda x: F.leaky_relu(x, 0.1)), ("softplus", F.softplus),
    ("gelu", lambda x: F.gelu(x, approximate="tanh")),
]:
    op(name, [(2, 3)], function)
for name, function in [("powf", lambda x: x**2.5), ("sqrt", torch.sqrt), ("ln", torch.log)]:
    op(name, [(2, 3)], function, positive=True)

for name, function in [("sum", torch.sum), ("mean", torch.mean), ("max", torch.max), ("min", torch.min)]:
    op(name, [(2, 3)], function)
for axis in [0, 1, -1]:
    op(f"sum_axis {axis}", [(2, 3, 2)], lambda x: x.sum(axis))
    op(f"mean_axis {axis}", [(2, 3, 2)], lambda x: x.mean(axis, keepdim=True))
    op(f"max_axis {axis}", [(2, 3, 2)], lambda x: x.amax(axis))
    op(f"min_axis {axis}", [(2, 3, 2)], lambda x: x.amin(axis, keepdim=True))
    op(f"softmax {axis}", [(2, 3, 2)], lambda x: x.softmax(axis))
    op(f"log_softmax {axis}", [(2, 3, 2)], lambda x: x.log_softmax(axis))

op("reshape", [(2, 3)], lambda x: x.reshape(3, 2).square())
op("permute", [(2, 3, 2)], lambda x: x.permute(2, 0, 1).square())
op("slice", [(2, 4)], lambda x: x[:, 1:3])
op("concat", [(2, 3), (2, 1)], lambda a, b: torch.cat([a, b, a], 1))
op("stack", [(2, 3), (2, 3)], lambda a, b: torch.stack([a, b], 1))
op("select_rows", [(3, 2)], lambda x: x[[2, 0, 2]])
for a, b in [((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((2, 2, 3), (2, 3, 2)), ((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (2, 1, 3, 2))]:
    op(f"matmul {list(a)} {list(b)}", [a, b], torch.matmul)
op("affine", [(2, 3), (3, 2), (2,)], lambda x, w, b: x @ w + b)

op("pow", [(2, 3), (3,)], torch.pow, positive=True)
op("where_", [(2, 3), (3,)], lambda a, b: torch.where(a > 0, a, b))
for name, function in [
    ("exp_m1", torch.expm1), ("log_sigmoid", F.logsigmoid), ("elu", lambda x: F.elu(x, 0.7)), ("silu", F.silu),
    ("prod", torch.prod), ("expand", lambda x: x.expand(2, 2, 3).square()), ("flip", lambda x: x.flip(1).square()),
    ("var", lambda x: x.var(correction=0)), ("std", lambda x: x.std(correction=0)),
    ("sum_axes", lambda x: x.sum((0, 1))), ("mean_axes", lambda x: x.mean((0, 1), keepdim=True)),
    ("pad", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5).square()), ("split", lambda x: x.split([1, 2], 1)[1]),
    ("index_select", lambda x: x.index_select(1, torch.tensor([2, 0, 2]))),
    ("gather", lambda x: x.gather(1, torch.tensor([[2, 2], [0, 1]]))),
    ("embedding", lambda x: F.embedding(torch.tensor([[1, 0], [1, 1]]), x)),
]:
    op(name, [(2, 3)], function)
op("ln_1p", [(2, 3)], torch.log1p, positive=True)
for axis in [0, 1, -1]:
    op(f"var_axis {axis}", [(2, 3, 2)], lambda x: x.var(axis, correction=0))
    op(f"std_axis {axis}", [(2, 3, 2)], lambda x: x.std(axis, correction=0, keepdim=True))
    op(f"prod_axis {axis}", [(2, 3, 2)], lambda x: x.prod(axis))
    op(f"logsumexp {axis}", [(2, 3, 2)], lambda x: x.logsumexp(axis))
    op(f"cumsum {axis}", [(2, 3, 2)], lambda x: x.cumsum(axis))
op("unfold", [(1, 2, 3, 4)], lambda x: F.unfold(x, (2, 3), stride=(1, 2), padding=(1, 0)))
for stride, padding in [(1, 0), (2, 1)]:
    op(f"conv2d {stride} {padding}", [(2, 2, 4, 5), (3, 2, 3, 2)], lambda x, w: F.conv2d(x, w, stride=stride, padding=padding))
    op(f"conv1d {stride} {padding}", [(2, 2, 6), (3, 2, 3)], lambda x, w: F.conv1d(x, w, stride=stride, padding=padding))
    op(f"max_pool2d {stride}", [(1, 2, 4, 5)], lambda x: F.max_pool2d(x, 2, stride))
    op(f"avg_pool2d {stride}", [(1, 2, 4, 5)], lambda x: F.avg_pool2d(x, 2, stride))

op("mse_loss", [(3, 2), (3, 2)], F.mse_loss)
op("cross_entropy", [(3, 4)], lambda x: F.cross_entropy(x, torch.tensor([2, 0, 1])))
op("nll_loss", [(3, 4)], lambda x: F.nll_loss(x, torch.tensor([2, 0, 1])))
op("bce_with_logits", [(3, 2)], lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor([[0.0, 1], [1, 0], [0.25, 1]])))
op("MeanAbsoluteError", [(3, 2), (3, 2)], F.l1_loss)
op("Huber", [(3, 2), (3, 2)], lambda x, t: F.huber_loss(x, t, delta=0.7))
op("Hinge", [(3,)], lambda x: (1 - torch.tensor([-1.0, 1, 1]) * x).clamp(min=0).mean())
op("KlDivergence", [(3, 4), (3, 4)], lambda x, t: F.kl_div(x.log_softmax(-1), t.softmax(-1), reduction="batchmean"))
op("CategoricalCrossentropy", [(3, 4), (3, 4)], lambda x, t: F.cross_entropy(x, t.softmax(-1), label_smoothing=0.2))
op("label smoothing", [(3, 4)], lambda x: F.cross_entropy(x, torch.tensor([2, 0, 1]), label_smoothing=0.1))
op.write()

# -------------------------------------------------------------------------------------------------------------- layers
# The inputs are that of the layer and then its parameters, in the order and the layout that the library has.

layer = Family("layers")
layer("Dense", [(2, 3), (3, 4), (4,)], lambda x, w, b: F.gelu(x @ w + b, approximate="tanh"))
layer("Conv2D", [(2, 2, 3, 4), (3, 2, 3, 3), (3,)], lambda x, w, b: F.conv2d(x, w, b, padding=1).relu())
layer("Conv1D", [(2, 2, 6), (3, 2, 3), (3,)], lambda x, w, b: F.conv1d(x, w, b, stride=2).tanh())
layer("MaxPool2D", [(1, 2, 4, 4)], lambda x: F.max_pool2d(x, 2))
layer("AvgPool2D", [(1, 2, 4, 4)], lambda x: F.avg_pool2d(x, 2))
layer("MaxPool1D", [(1, 2, 6)], lambda x: F.max_pool1d(x, 3))
layer("GlobalAvgPool", [(2, 2, 2, 3)], lambda x: x.mean((2, 3)))
for shape in [(7, 2), (2, 2, 3), (2, 2, 2, 2)]:
    layer(f"BatchNormalization {len(shape)}", [shape, (2,), (2,)], lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True))
mean, variance = numbers((2,), 7), numbers((2,), 8).abs()
layer("BatchNormalization in use", [(4, 2), (2,), (2,)], lambda x, w, b: F.batch_norm(x, mean, variance, w, b))
layer("LayerNormalization", [(2, 2, 3), (3,), (3,)], lambda x, w, b: F.layer_norm(x, (3,), w, b))
layer("Embedding", [(3, 2)], lambda w: F.embedding(torch.tensor([[2, 0], [2, 2]]), w))
layer("Residual", [(2, 3), (3, 3), (3,)], lambda x, w, b: x + (x @ w + b).tanh())


def recurrent(module, gates):
    def forward(x, weight, recurrent, bias, recurrent_bias):
        layer = module(input_size=3, hidden_size=2, batch_first=True)
        parameters = {
            "weight_ih_l0": weight.T, "weight_hh_l0": recurrent.T, "bias_ih_l0": bias, "bias_hh_l0": recurrent_bias,
        }
        return torch.func.functional_call(layer, parameters, (x,))[0]

    return [(2, 3, 3), (3, 2 * gates), (2, 2 * gates), (2 * gates,), (2 * gates,)], forward


layer("SimpleRnn", *recurrent(torch.nn.RNN, 1))
layer("Gru", *recurrent(torch.nn.GRU, 3))
layer("Lstm", *recurrent(torch.nn.LSTM, 4))


def attention(causal):
    def forward(x, q, qb, k, kb, v, vb, o, ob):
        module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
        parameters = {
            "in_proj_weight": torch.cat([q.T, k.T, v.T]), "in_proj_bias": torch.cat([qb, kb, vb]),
            "out_proj.weight": o.T, "out_proj.bias": ob,
        }
        mask = torch.ones(3, 3, dtype=torch.bool).triu(1) if causal else None
        return torch.func.functional_call(module, parameters, (x, x, x), {"attn_mask": mask})[0]

    return forward


for name, causal in [("MultiHeadAttention", False), ("MultiHeadAttention causal", True)]:
    layer(name, [(2, 3, 4)] + 4 * [(4, 4), (4,)], attention(causal), scale=0.25)
layer.write()

# ---------------------------------------------------------------------------------------------------------- optimisers

SPACE = 3


def optimiser(name, make, cases):
    """Twenty steps with gradients from the formula, which do not depend on where the parameter is."""
    w = numbers((SPACE,), 0).requires_grad_()
    optimizer = make([w])
    steps = []
    for step in range(20):
        w.grad = numbers((SPACE,), step + 1)
        optimizer.step()
        steps.append(flat(w))
    cases.append({"name": name, "steps": steps})


cases = []
optimiser("Sgd", lambda p: torch.optim.SGD(p, lr=0.1), cases)
optimiser("Momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), cases)
optimiser("Adam", lambda p: torch.optim.Adam(p, lr=0.1, eps=1e-7), cases)
optimiser("Sgd with weight decay", lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.3), cases)
optimiser("Nesterov", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), cases)
optimiser("Adagrad", lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-7), cases)
optimiser("RmsProp", lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-7), cases)
optimiser("Adadelta", lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.95, eps=1e-6), cases)
optimiser("Adam with betas", lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=1e-7), cases)
optimiser("AdamW", lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.5, eps=1e-7), cases)
write("optimizers", cases)

# ------------------------------------------------------------------------------------------------------------- training


def train(name, parameters, forward, x, optimizer, schedule=None):
    """The loss before each of twenty steps on one batch of six samples of three classes."""
    parameters = [(numbers(shape, i + 1) / 4).requires_grad_() for i, shape in enumerate(parameters)]
    labels, losses = torch.tensor([0, 1, 2, 2, 1, 0]), []
    optimizer = optimizer(parameters)
    schedule = schedule and schedule(optimizer)
    for _ in range(20):
        loss = F.cross_entropy(forward(x, *parameters), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule:
            schedule.step()
        losses.append(loss.item())
    return {"name": name, "shapes": [list(p.shape) for p in parameters], "losses": flat(torch.tensor(losses))}


def convolutional(x, w, wb, g, b, v, vb):
    x = F.batch_norm(F.conv2d(x, w, wb, padding=1), None, None, g, b, training=True).relu()
    return F.max_pool2d(x, 2).flatten(1) @ v + vb


write("training", [
    train("dense", [(4, 5), (5,), (5, 3), (3,)], lambda x, w, b, v, c: (x @ w + b).tanh() @ v + c, numbers((6, 4), 0),
          lambda p: torch.optim.Adam(p, lr=0.05, eps=1e-7)),
    train("convolutional", [(2, 1, 3, 3), (2,), (2,), (2,), (8, 3), (3,)], convolutional, numbers((6, 1, 4, 4), 0),
          lambda p: torch.optim.SGD(p, lr=0.2, momentum=0.9), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 25)),
])

# ----------------------------------------------------------------------------------------------------------- schedules


def schedule(name, make):
    """The learning rates of twenty steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule, rates = make(optimizer), []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return {"name": name, "values": flat(torch.tensor(rates))}


rates = torch.optim.lr_scheduler
write("schedules", [
    schedule("constant", lambda o: rates.LambdaLR(o, lambda _: 1.0)),
    schedule("step", lambda o: rates.StepLR(o, 6, 0.5)),
    schedule("exponential", lambda o: rates.ExponentialLR(o, 0.9)),
    schedule("linear", lambda o: rates.LinearLR(o, 1.0, 0.0, 15)),
    schedule("cosine", lambda o: rates.SequentialLR(o, [rates.CosineAnnealingLR(o, 19)], [])),
    schedule("one_cycle", lambda o: rates.OneCycleLR(o, 0.1, 20)),
    schedule("warm_up", lambda o: rates.SequentialLR(
        o, [rates.LinearLR(o, 1 / 5, 1.0, 4), rates.ExponentialLR(o, 0.9)], [5])),
])

# ------------------------------------------------------------------------------------------------------------- clipping

w, v = numbers((3,), 0).requires_grad_(), numbers((2,), 1).requires_grad_()
(w.square().sum() + v.square().sum()).backward()
norm = torch.nn.utils.get_total_norm([w.grad, v.grad])
# clip_grad_norm_ itself adds 1e-6 to the norm, and so does not quite reach what it is asked for.
write("clipping", [{"name": "norm", "values": [float(norm)] + flat(w.grad / norm * 1.5) + flat(v.grad / norm * 1.5)}])
