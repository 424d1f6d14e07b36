"""Times single training steps of plain, eager PyTorch; driven by the bench (see bench_protocol.py)."""

import torch

from bench_protocol import Data, arguments, serve
from torch_methods import EWC, GEM, Naive, Net, Progressive, Replay

METHODS = {"naive": Naive, "ewc": EWC, "er": Replay, "gem": GEM, "pnn": Naive}


def main():
    options = arguments(__doc__)
    torch.set_num_threads(options.threads)
    torch.manual_seed(42)
    data = Data(options.data)

    def prepare(request):
        method, batch, past = request["method"], request["batch"], request["tasks"]
        hidden = (request["width"], request["width"])
        net = Progressive(hidden) if method == "pnn" else Net(hidden)
        trainer = METHODS[method](net, lr=request["lr"])
        for task in range(past):
            images, labels = map(torch.from_numpy, data.task(task, 1024, 0))
            trainer.begin(task, 2)
            for start in range(0, len(images), 64):
                trainer.step(images[start : start + 64], labels[start : start + 64])
            trainer.end(images, labels)
        trainer.begin(past, 2)
        count = request["warm"] + request["steps"]
        images, labels = data.batches(past, batch, count, int(request["conflict"]))
        batches = [(torch.from_numpy(x.copy()), torch.from_numpy(y.copy())) for x, y in zip(images, labels)]
        position = 0

        def run(n):
            nonlocal position
            before = (trainer.projected, trainer.steps) if method == "gem" else (0, 0)
            for i in range(position, position + n):
                trainer.step(*batches[i % count])
            position = (position + n) % count
            if method != "gem":
                return {}
            return {"projected": (trainer.projected - before[0]) / max(1, trainer.steps - before[1])}

        return run

    hello = {"engine": "pytorch", "version": torch.__version__, "threads": torch.get_num_threads(), "methods": list(METHODS)}
    serve(hello, prepare)


if __name__ == "__main__":
    main()
