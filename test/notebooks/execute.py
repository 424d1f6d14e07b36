"""Runs notebooks through a Jupyter kernel and reports what every cell did.

usage: execute.py [--fast] [--kernel NAME] [--out FOLDER] [--report FILE] NOTEBOOK...

--fast    small parameters: the cell tagged `parameters` is run with the values its metadata holds under `fast`
--kernel  kernel to use; default the one the notebook names
--out     folder to write executed notebooks to; default: nothing is written
--report  file for a JSON list, one entry a notebook: {name, seconds, error, cells: [{index, tags, source, seconds, outputs}]}

A notebook stops at its first failing cell; the exit code is 1 when any did.
"""

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

CELL_TIMEOUT = 600


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--kernel")
    parser.add_argument("--out", type=Path)
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
    committed = [cell.source for cell in notebook.cells]
    if options.fast:
        make_fast(notebook)
    client = NotebookClient(
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
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as failure:
        error = describe(notebook, failure)
    report = {
        "name": path.stem,
        "seconds": time.monotonic() - began,
        "error": error,
        "cells": [cell_report(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"],
    }
    if options.out and not error:
        write(notebook, committed, options.out / path.name)
    return report


def make_fast(notebook):
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source += f"\nvoid Object.assign(settings, {json.dumps(cell.metadata['fast'])});"


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
    """The notebook with its outputs, but the committed sources and nothing that differs from run to run for no reason."""
    for cell, source in zip(notebook.cells, sources):
        cell.source = source
        cell.metadata.pop("execution", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    sys.exit(main())
