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
from jax_networks import CONVOLUTION, column, convolutional, filters, layers, mlp, progressive, side_by_side

METHODS = ["naive", "ewc", "er", "gem", "pnn", "conv-er"]
MEMORY, MARGIN = 256, 0.5  # GEM's samples a past task and margin


def cross_entropy(logits, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))


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
