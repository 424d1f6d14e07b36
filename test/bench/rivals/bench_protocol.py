"""The bench's side of the talk with an engine written in Python: one JSON request a line on stdin, one answer a line on stdout.

    {"op": "steps", "method": "gem", "tasks": 3, "batch": 64, "width": 256, "lr": 1e-6, "conflict": true, "warm": 16, "steps": 48}
        -> {"ms": 8.1, "cpuMs": 8.0, "extra": {...}}   wall and processor milliseconds per step over `steps` steps, after `warm`
                                                       steps that are not timed; `tasks` past tasks were learnt before
    {"op": "peak"} -> {"peakMb": 412.0}    most memory the process ever held
"""

import argparse
import json
import resource
import sys
import time

import numpy as np

# The normalisation of MNIST, as the library applies it.
MEAN, STD = 0.1307, 0.3081


def arguments(description, **choices):
    """Command line of an engine: `--threads N --data FOLDER` (images.u8, written by the bench) and its own choices."""
    parser = argparse.ArgumentParser(description=description)
    for name, values in choices.items():
        parser.add_argument(f"--{name}", choices=values, default=values[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", required=True, help="folder with images.u8")
    return parser.parse_args()


class Data:
    """Random images [n, 784], normalised; task k sees the pixels in its own order. All but the first have the same label."""

    def __init__(self, folder):
        pixels = np.fromfile(f"{folder}/images.u8", np.uint8).reshape(-1, 784)
        self.images = (pixels.astype(np.float32) / 255 - MEAN) / STD

    def task(self, task, count, label):
        """The first `count` samples as task `task` sees them: images [count, 784], labels [count]."""
        labels = np.full(count, label)
        labels[0] = 1 - label
        order = np.random.default_rng(task).permutation(784) if task else np.arange(784)
        return np.ascontiguousarray(self.images[:count, order]), labels

    def batches(self, task, batch, count, label):
        """`count` batches, already cut: images [count, batch, 784], labels [count, batch]."""
        images, labels = self.task(task, batch * count, label)
        return images.reshape(count, batch, 784), labels.reshape(count, batch)


def serve(hello, prepare):
    """Answers requests until stdin ends.

    hello: what to tell about the engine, printed first.
    prepare(request): makes everything the request's configuration needs and returns `run`; `run(n)` does n training steps,
    waits until they are done and returns a dict of counts (may be empty). It is called once for each configuration.
    """
    runs = {}
    print(json.dumps({"ready": hello}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"peakMb": peak_mb()} if request["op"] == "peak" else timed(runs, request, prepare)
        except Exception as error:  # the bench shows it and goes on with the other engines
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def timed(runs, request, prepare):
    key = tuple(request.get(name) for name in ("method", "tasks", "batch", "width", "conflict", "warm", "steps"))
    if key not in runs:
        runs[key] = prepare(request)
        for n in (request["warm"], request["steps"]):  # compiles, where the engine compiles
            runs[key](n)
    run = runs[key]
    run(request["warm"])
    started, cpu = time.perf_counter(), time.process_time()
    extra = run(request["steps"])
    per_step = 1000 / request["steps"]
    return {"ms": (time.perf_counter() - started) * per_step, "cpuMs": (time.process_time() - cpu) * per_step, "extra": extra}


def peak_mb():
    """VmHWM where the system tells it, else the maximum resident set of getrusage."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
