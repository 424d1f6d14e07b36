"""Times training steps of JAX; driven by the bench (see bench_protocol.py).

`--mode jit`: one compiled step, called in a Python loop. `--mode scan`: all steps of a run in one compiled `lax.scan`.
The number of threads is the number of cores the process may use (the bench pins it).
"""

import jax
import jax.numpy as jnp
import numpy as np

from bench_protocol import Data, arguments, serve

METHODS = ["naive", "ewc", "er", "pnn"]


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


def objective(request, data, random):
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
    first = layers(sizes, random)
    if method == "er" and past:
        images, labels = map(jnp.asarray, data.task(0, 1000, 0))

        def replay(p, x, y, at):
            return cross_entropy(mlp(p, jnp.concatenate([x, images[at]])), jnp.concatenate([y, labels[at]]))

        return replay, first
    return (lambda p, x, y, _: cross_entropy(mlp(p, x), y)), first


def stepper(request, data, random):
    loss, first = objective(request, data, random)
    lr, momentum = request["lr"], 0.9
    held = None
    if request["method"] == "ewc" and request["tasks"]:
        held = [jax.tree.map(lambda p: jnp.asarray(random.uniform(0, 1e-3, p.shape), jnp.float32), first), first]
        held[0] = jax.tree.map(lambda f: 100 * f, held[0])
        held[1] = jax.tree.map(jnp.multiply, held[0], first)

    def step(state, x, y, extra):
        p, v = state
        value, g = jax.value_and_grad(loss)(p, x, y, extra)
        if held:
            g = jax.tree.map(lambda d, f, w, pull: d + f * w - pull, g, held[0], p, held[1])
        v = jax.tree.map(lambda a, d: momentum * a + d, v, g)
        return (jax.tree.map(lambda w, a: w - lr * a, p, v), v), value

    return step, (jax.tree.map(jnp.array, first), jax.tree.map(jnp.zeros_like, first))


def runner(mode, request, data, random):
    """`run(n)` for one configuration: n steps, waited for."""
    step, state = stepper(request, data, random)
    batch, count = request["batch"], request["warm"] + request["steps"]
    xs, ys = map(jnp.asarray, data.batches(request["tasks"], batch, count, 1))
    replay = batch // 2 if request["method"] == "er" and request["tasks"] else 0
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
        draws = np.stack([random.choice(1000, replay, replace=False) for _ in range(n)]) if replay else np.zeros((n, 0), np.int32)
        if mode == "scan":
            state, _ = scan(state, xs, ys, position, draws)
        else:
            for i in range(n):
                state, _ = one(state, *batches[(position + i) % count], draws[i])
        jax.block_until_ready(state)
        position = (position + n) % count
        return {}

    return run


def main():
    options = arguments(__doc__, mode=["jit", "scan"])
    data = Data(options.data)
    hello = {"engine": f"jax-{options.mode}", "version": jax.__version__, "threads": options.threads, "methods": METHODS}
    serve(hello, lambda request: runner(options.mode, request, data, np.random.default_rng(42)))


if __name__ == "__main__":
    main()
