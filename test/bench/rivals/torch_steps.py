"""Times single training steps of plain, eager PyTorch; driven by the bench (see bench_protocol.py)."""

import torch

from bench_protocol import Data, arguments, serve
from torch_methods import EWC, GEM, ConvNet, Naive, Net, Progressive, Replay

METHODS = {"naive": Naive, "ewc": EWC, "er": Replay, "gem": GEM, "pnn": Naive, "conv-er": Replay}
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def network(method, width, memory_format):
    if method == "conv-er":
        return ConvNet(hidden=(width,), memory_format=memory_format)
    return Progressive((width, width)) if method == "pnn" else Net((width, width))


def main():
    options = arguments(__doc__, format=list(FORMATS))
    torch.set_num_threads(options.threads)
    torch.manual_seed(42)
    data = Data(options.data)

    def prepare(request):
        method, batch, past = request["method"], request["batch"], request["tasks"]
        trainer = METHODS[method](network(method, request["width"], FORMATS[options.format]), lr=request["lr"])
        growing = method == "conv-er"  # two classes a task; else two in all
        for task in range(past):
            images, labels = map(torch.from_numpy, data.task(task, 1024, 0))
            trainer.begin(task, 2 * task + 2 if growing else 2)
            for start in range(0, len(images), 64):
                trainer.step(images[start : start + 64], labels[start : start + 64])
            trainer.end(images, labels)
        trainer.begin(past, 2 * past + 2 if growing else 2)
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
