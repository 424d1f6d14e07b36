"""Times training steps of JAX; driven by the bench (see bench_protocol.py).

`--mode jit`: one compiled step, called in a Python loop. `--mode scan`: all steps of a run in one compiled `lax.scan`.
The number of threads is the number of cores the process may use (the bench pins it).
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from bench_protocol import Data, arguments, serve
from bounded_qp import solve_bounded_qp

METHODS = ["naive", "ewc", "er", "gem", "pnn", "conv-er"]
MEMORY, MARGIN = 256, 0.5  # GEM's samples a past task and margin


def layers(sizes, random, bias=True):
    """Weights [in, out] and biases as PyTorch initialises them."""
    bounds = [1 / np.sqrt(a) for a in sizes[:-1]]
    draw = lambda bound, *shape: jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)
    return [(draw(b, a, o), draw(b, o) if bias else None) for b, a, o in zip(bounds, sizes, sizes[1:])]


def mlp(parameters, x):
    for w, b in parameters[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = parameters[-1]
    return x @ w + b


def convolution(images, w):
    """3x3, stride 1, zeros around the images; [n, height, width, in] with [3, 3, in, out]."""
    return jax.lax.conv_general_dilated(images, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def convolution_of_patches(images, w):
    """The same as one matrix product: inside a loop XLA's convolution takes 17 times as long (130 against 7.5 ms a step)."""
    n, height, width, _ = images.shape
    around = jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    patches = jnp.concatenate([around[:, i : i + height, j : j + width] for i in range(3) for j in range(3)], 3)
    return (patches.reshape(n * height * width, -1) @ w.reshape(-1, w.shape[-1])).reshape(n, height, width, -1)


CONVOLUTION = {"jit": convolution, "scan": convolution_of_patches}  # whichever is faster there


def convolutional(convolve, parameters, x):
    """28x28x1, two blocks of convolution 3x3 with bias, max pooling 2x2 and ReLU (in this order), then an MLP."""
    (filters, dense), images = parameters, x.reshape(-1, 28, 28, 1)
    for w, b in filters:
        images = convolve(images, w) + b
        n, height, width, channels = images.shape
        images = jax.nn.relu(images.reshape(n, height // 2, 2, width // 2, 2, channels).max((2, 4)))
    return mlp(dense, images.reshape(len(images), -1))


def filters(channels, random):
    """Weights [3, 3, in, out] and biases of convolutions as PyTorch initialises them."""
    draw = lambda bound, *shape: jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)
    return [(draw((9 * a) ** -0.5, 3, 3, a, b), draw((9 * a) ** -0.5, b)) for a, b in zip(channels, channels[1:])]


def cross_entropy(logits, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))


def column(own, laterals, x, earlier):
    """Activations of a progressive network's column; `earlier`: the earlier columns' hidden activations side by side."""
    activations = []
    for i, (w, b) in enumerate(own):
        out = x @ w + b
        if i and earlier:
            out = out + earlier[i - 1] @ laterals[i - 1][0]
        x = out if i == len(own) - 1 else jax.nn.relu(out)
        activations.append(x)
    return activations


def side_by_side(columns):
    return [jnp.concatenate(level, 1) for level in zip(*(c[:-1] for c in columns))]


def progressive(sizes, past, random):
    """The columns of `past` tasks (frozen) and the one to train: lists of (own, laterals)."""
    columns = []
    for task in range(past + 1):
        laterals = [layers([task * a, b], random, bias=False)[0] for a, b in zip(sizes[1:-1], sizes[2:])] if task else []
        columns.append((layers(sizes, random), laterals))
    return columns[:-1], columns[-1]


def objective(mode, request, data, random):
    """Loss function (parameters, x, y, extra) and first parameters of a method; `extra` is what each step draws on the host."""
    method, past = request["method"], request["tasks"]
    sizes = [784, request["width"], request["width"], 2]
    if method == "pnn":
        frozen, own = progressive(sizes, past, random)

        def loss(p, x, y, _):
            done = []
            for f in frozen:
                done.append(column(*f, x, side_by_side(done)))
            return cross_entropy(column(*p, x, side_by_side(done))[-1], y)

        return loss, own
    network, first = mlp, layers(sizes, random)
    if method == "conv-er":  # two classes a task
        network = partial(convolutional, CONVOLUTION[mode])
        first = filters((1, 16, 32), random), layers([32 * 7 * 7, request["width"], 2 * past + 2], random)
    if draws_of(request):
        images, labels = map(jnp.asarray, data.task(0, 1000, 0))

        def replay(p, x, y, at):
            return cross_entropy(network(p, jnp.concatenate([x, images[at]])), jnp.concatenate([y, labels[at]]))

        return replay, first
    return (lambda p, x, y, _: cross_entropy(network(p, x), y)), first


def draws_of(request):
    """Samples that replay draws for a step."""
    return request["batch"] // 2 if request["method"] in ("er", "conv-er") and request["tasks"] else 0


def projection(loss, request, data):
    """GEM: `project(g, p)` gives the gradient that opposes no past task's, and whether it is another one.

    All memories in one pass; the quadratic program on the host, as for PyTorch, and only where a constraint is violated.
    """
    tasks = request["tasks"]
    images, labels = (jnp.stack(each) for each in zip(*(data.task(task, MEMORY, 0) for task in range(tasks))))
    past = jax.vmap(jax.grad(lambda p, x, y: loss(p, x, y, None)), (None, 0, 0))
    solve = lambda P, q: solve_bounded_qp(np.asarray(P), np.asarray(q), MARGIN).astype(np.float32)

    def project(g, p):
        rows = past(p, images, labels)
        flat = [(G.reshape(tasks, -1), d.reshape(-1)) for G, d in zip(jax.tree.leaves(rows), jax.tree.leaves(g))]
        products = sum(G @ d for G, d in flat)
        violated = (products < 0).any()

        def projected():
            v = jax.pure_callback(solve, jax.ShapeDtypeStruct((tasks,), jnp.float32), sum(G @ G.T for G, _ in flat), products)
            return jax.tree.map(lambda d, G: d + jnp.tensordot(v, G, 1), g, rows)

        return jax.lax.cond(violated, projected, lambda: g), violated

    return project


def stepper(mode, request, data, random):
    """`step(state, x, y, draws)` and the first state: parameters, velocities, and how many steps GEM has projected."""
    loss, first = objective(mode, request, data, random)
    lr, momentum = request["lr"], 0.9
    held = project = None
    if request["method"] == "ewc" and request["tasks"]:
        held = [jax.tree.map(lambda p: jnp.asarray(random.uniform(0, 1e-3, p.shape), jnp.float32), first), first]
        held[0] = jax.tree.map(lambda f: 100 * f, held[0])
        held[1] = jax.tree.map(jnp.multiply, held[0], first)
    if request["method"] == "gem" and request["tasks"]:
        project = projection(loss, request, data)

    def step(state, x, y, extra):
        p, v, projected = state
        value, g = jax.value_and_grad(loss)(p, x, y, extra)
        if held:
            g = jax.tree.map(lambda d, f, w, pull: d + f * w - pull, g, held[0], p, held[1])
        if project:
            g, violated = project(g, p)
            projected = projected + violated
        v = jax.tree.map(lambda a, d: momentum * a + d, v, g)
        return (jax.tree.map(lambda w, a: w - lr * a, p, v), v, projected), value

    return step, (jax.tree.map(jnp.array, first), jax.tree.map(jnp.zeros_like, first), jnp.int32(0))


def runner(mode, request, data, random):
    """`run(n)` for one configuration: n steps, waited for."""
    step, state = stepper(mode, request, data, random)
    batch, count = request["batch"], request["warm"] + request["steps"]
    xs, ys = map(jnp.asarray, data.batches(request["tasks"], batch, count, int(request["conflict"])))
    replay = draws_of(request)
    one = jax.jit(step, donate_argnums=0)

    def scan(state, xs, ys, first, draws):
        def body(carry, at):
            i, draw = at
            return step(carry, xs[i], ys[i], draw)

        positions = (first + jnp.arange(len(draws))) % count
        return jax.lax.scan(body, state, (positions, draws))

    scan = jax.jit(scan, donate_argnums=0)
    batches = [(xs[i], ys[i]) for i in range(count)] if mode == "jit" else []
    position = 0

    def run(n):
        nonlocal state, position
        before = int(state[2])
        draws = np.stack([random.choice(1000, replay, replace=False) for _ in range(n)]) if replay else np.zeros((n, 0), np.int32)
        if mode == "scan":
            state, _ = scan(state, xs, ys, position, draws)
        else:
            for i in range(n):
                state, _ = one(state, *batches[(position + i) % count], draws[i])
        jax.block_until_ready(state)
        position = (position + n) % count
        return {"projected": (int(state[2]) - before) / n} if request["method"] == "gem" else {}

    return run


def main():
    options = arguments(__doc__, mode=["jit", "scan"])
    data = Data(options.data)
    hello = {"engine": f"jax-{options.mode}", "version": jax.__version__, "threads": options.threads, "methods": METHODS}
    serve(hello, lambda request: runner(options.mode, request, data, np.random.default_rng(42)))


if __name__ == "__main__":
    main()
