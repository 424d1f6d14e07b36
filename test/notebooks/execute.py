"""Runs notebooks through a Jupyter kernel and reports what every cell did.

usage: execute.py [--fast] [--set JSON] [--kernel NAME] [--out FOLDER] [--suffix TEXT] [--report FILE] NOTEBOOK...

--fast    small parameters: the cell tagged `parameters` is run with the values its metadata holds under `fast`
--set     other parameters: that cell is run with these values, and written with them
--kernel  kernel to use; default the one the notebook names
--out     folder to write executed notebooks to; default: nothing is written
--suffix  is put behind the name of a written notebook
--report  file for a JSON list, one entry a notebook: {name, seconds, error, cells: [{index, tags, source, seconds, outputs}]}

A notebook stops at its first failing cell; the exit code is 1 when any did. Ctrl-C ends the kernel in good order; what was not
finished is not written, and the exit code is 130 (SIGTERM: 143).
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

CELL_TIMEOUT = 600


class Client(NotebookClient):
    """A client that a signal cancels: nbclient's own handlers end the kernel under the running cell, which then fails."""

    stopped_by = None

    async def async_start_new_kernel(self, **options):
        task = asyncio.current_task()

        def stop(number):
            self.stopped_by = number
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        await super().async_start_new_kernel(**options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--set", type=json.loads)
    parser.add_argument("--kernel")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--suffix", default="")
    parser.add_argument("--report", type=Path)
    parser.add_argument("notebooks", nargs="+", type=Path)
    options = parser.parse_args()
    reports = []
    for path in options.notebooks:
        report = run(path, options)
        reports.append(report)
        print(f"{path.stem}: {report['seconds']:.1f} s{', FAILED' if report['error'] else ''}", flush=True)
        if report["error"]:
            print(report["error"], file=sys.stderr, flush=True)
    if options.report:
        options.report.write_text(json.dumps(reports))
    return 1 if any(report["error"] for report in reports) else 0


def run(path, options):
    notebook = nbformat.read(path, as_version=4)
    if options.set:
        change_settings(notebook, lambda cell: options.set)
    sources = [cell.source for cell in notebook.cells]
    if options.fast:
        change_settings(notebook, lambda cell: cell.metadata["fast"])
    client = Client(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=options.kernel or notebook.metadata.kernelspec.name,
        resources={"metadata": {"path": str(path.resolve().parent)}},
        record_timing=True,
    )
    began = time.monotonic()
    error = None
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError, asyncio.CancelledError) as failure:
        if client.stopped_by:  # nbclient takes its own cancelling for the death of the kernel
            sys.exit(128 + client.stopped_by)
        error = describe(notebook, failure)
    report = {
        "name": path.stem,
        "seconds": time.monotonic() - began,
        "error": error,
        "cells": [cell_report(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"],
    }
    if options.out and not error:
        write(notebook, sources, options.out / f"{path.stem}{options.suffix}.ipynb")
    return report


def change_settings(notebook, choose):
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source += f"\nvoid Object.assign(settings, {json.dumps(choose(cell))});"


def describe(notebook, failure):
    ran = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and "execution" in cell.metadata]
    index, cell = ran[-1] if ran else (0, notebook.cells[0])
    return f"cell {index} failed:\n{cell.source}\n----\n{failure}"


def cell_report(index, cell):
    return {
        "index": index,
        "tags": cell.metadata.get("tags", []),
        "source": cell.source,
        "seconds": seconds(cell.metadata.get("execution", {})),
        "outputs": [dict(output) for output in cell.outputs],
    }


def seconds(times):
    """From the moment the kernel begins with the cell to its reply; None where it did not run."""
    moment = lambda name: datetime.fromisoformat(times[name].replace("Z", "+00:00"))
    if "shell.execute_reply" not in times:
        return None
    return (moment("shell.execute_reply") - moment("iopub.status.busy")).total_seconds()


def write(notebook, sources, path):
    """The notebook with its outputs, but these sources and nothing that differs from run to run for no reason; whole or not at all."""
    for cell, source in zip(notebook.cells, sources):
        cell.source = source
        cell.metadata.pop("execution", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        nbformat.write(notebook, temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before a kernel was started, or after it ended
        sys.exit(130)
