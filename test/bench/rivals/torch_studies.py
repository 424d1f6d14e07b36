"""The four studies of the benchmark in plain PyTorch, on the same IDX files with the same settings: hidden [256, 256], 5 tasks,
5 epochs, batch 64, SGD lr 0.01 momentum 0.9. Prints one JSON object: seconds, peak memory, and ACC and BWT of each experiment.

    python torch_studies.py --data FOLDER                 one process with all cores
    python torch_studies.py --data FOLDER --processes 2   experiments spread over two processes with one thread each
"""

import argparse
import json
import multiprocessing
import struct
import time

import numpy as np
import torch

from bench_protocol import MEAN, STD, peak_mb
from lifeline import end_with_parent
from torch_methods import EWC, GEM, Naive, Net, Progressive, Replay

MAKERS = {
    "naive": Naive,
    "pnn": Naive,
    "ewc": lambda net, **o: EWC(net, lam=0.4, **o),
    "ewc-100": lambda net, **o: EWC(net, lam=100.0, **o),
    "er": Replay,
    "gem": GEM,
}
# Study, scenario, methods; the longest experiments first, so that two processes end together.
STUDIES = [
    ("domain-incremental", "permuted", ["gem", "er", "ewc", "ewc-100", "naive"]),
    ("class-incremental", "class", ["gem", "er", "ewc", "ewc-100", "naive"]),
    ("task-incremental", "task", ["gem", "pnn", "er", "ewc", "ewc-100", "naive"]),
    ("forward-transfer", "task", ["pnn", "naive"]),
]
PROBES = (*range(11), 20, 50, 100)  # steps after which the forward-transfer study measures the learning curve


def read_idx(path):
    with open(path, "rb") as file:
        rank = struct.unpack(">xxBB", file.read(4))[1]
        shape = struct.unpack(f">{rank}I", file.read(4 * rank))
        return np.frombuffer(file.read(), np.uint8).reshape(shape)


def read_mnist(folder):
    """((images [n, 784] uint8, labels [n]) of the training and of the test part)."""
    return tuple(
        (read_idx(f"{folder}/{part}-images-idx3-ubyte").reshape(-1, 784), read_idx(f"{folder}/{part}-labels-idx1-ubyte"))
        for part in ("train", "t10k")
    )


class Stream:
    """Five tasks: `task` digits in pairs with labels 0 and 1, `class` digits in pairs with labels 0 to 9, `permuted` all digits."""

    def __init__(self, kind, folder, limits):
        self.kind, self.limits, self.parts = kind, limits, read_mnist(folder)

    def classes(self, task):
        return {"task": 2, "class": 2 * task + 2, "permuted": 10}[self.kind]

    def data(self, part, task):
        """Images [n, 784], normalised, and labels [n] of a task; part 0 is training, 1 test."""
        images, labels = self.parts[part]
        limit = self.limits[part]
        if self.kind == "permuted":
            images, labels = images[:limit], labels[:limit]
            images = images[:, np.random.default_rng(task).permutation(784)] if task else images
        else:
            chosen = np.flatnonzero(labels // 2 == task)[:limit]
            images, labels = images[chosen], labels[chosen]
            if self.kind == "task":
                labels = labels % 2
        x = torch.tensor(images, dtype=torch.float32).div_(255).sub_(MEAN).div_(STD)
        return x, torch.from_numpy(labels.astype(np.int64))


@torch.no_grad()
def accuracy(net, x, y, task):
    right = sum((net(a, task).argmax(1) == b).sum().item() for a, b in zip(x.split(1000), y.split(1000)))
    return right / len(y)


def train(trainer, x, y, epochs, probe=None):
    done = 0
    for _ in range(epochs):
        for at in torch.randperm(len(x)).split(64):
            if probe and done in PROBES:
                probe(done)
            trainer.step(x[at], y[at])
            done += 1


def from_scratch(x, y, test, method):
    """The learning curve of a network of the same size that has learnt nothing before."""
    scratch = Progressive() if method == "pnn" else Net(multi_head=True)
    trainer = Naive(scratch)
    trainer.begin(0, 2)
    for step, at in enumerate(torch.randperm(len(x)).split(64)):
        if step in PROBES:
            accuracy(scratch, *test, 0)
        if step == PROBES[-1]:
            break
        trainer.step(x[at], y[at])


def experiment(job):
    """Learns one stream with one method: `(study, kind, method, settings)` -> a row of the result."""
    study, kind, method, settings = job
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(settings["seed"])
    started = time.perf_counter()
    stream = Stream(kind, settings["data"], (settings["limit"], settings["test_limit"]))
    net = Progressive() if method == "pnn" else Net(classes=stream.classes(0), multi_head=kind == "task")
    trainer = MAKERS[method](net)
    tests = [stream.data(1, task) for task in range(5)]
    matrix = np.full((5, 5), np.nan)
    for task in range(5):
        trainer.begin(task, stream.classes(task))
        x, y = stream.data(0, task)
        probe = None
        if study == "forward-transfer" and task:
            probe = lambda _: accuracy(net, *tests[task], task)
            from_scratch(x, y, tests[task], method)
        if task:  # zero-shot
            matrix[task, task - 1] = accuracy(net, *tests[task], task)
        train(trainer, x, y, settings["epochs"], probe)
        trainer.end(x, y)
        answered = range(5) if kind == "permuted" else range(task + 1)  # as the library: all the network has outputs for
        for other in answered:
            matrix[other, task] = accuracy(net, *tests[other], other)
    final, diagonal = matrix[:, 4], matrix.diagonal()
    seconds = time.perf_counter() - started
    return {"study": study, "method": method, "acc": final.mean(), "bwt": (final - diagonal)[:4].mean(), "seconds": seconds,
            "projected": trainer.projected / max(1, trainer.steps) if method == "gem" else None, "peakMb": peak_mb()}


def main():
    end_with_parent()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the four IDX files of MNIST")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, help="threads of each process; default: cores / processes")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--limit", type=int, help="training images of each task; default: all")
    parser.add_argument("--test-limit", type=int, help="test images of each task; default: all")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--studies", nargs="*", default=[name for name, *_ in STUDIES])
    options = parser.parse_args()
    settings = {**vars(options), "threads": options.threads or max(1, multiprocessing.cpu_count() // options.processes)}
    jobs = [(study, kind, method, settings) for study, kind, methods in STUDIES if study in options.studies for method in methods]
    started = time.perf_counter()
    if options.processes == 1:
        rows = [experiment(job) for job in jobs]
    else:
        with multiprocessing.get_context("spawn").Pool(options.processes, initializer=end_with_parent) as pool:
            rows = list(pool.imap_unordered(experiment, jobs))
    print(json.dumps({"engine": "pytorch", "workers": options.processes, "threads": settings["threads"],
                      "seconds": time.perf_counter() - started, "peakMb": max(row["peakMb"] for row in rows), "experiments": rows}))


if __name__ == "__main__":
    main()
