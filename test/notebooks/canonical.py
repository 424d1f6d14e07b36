"""Writes a notebook's JSON as Jupyter writes it (order of keys, numbers, lines); from standard input to standard output."""

import sys

import nbformat

notebook = nbformat.reads(sys.stdin.buffer.read().decode(), as_version=4)
sys.stdout.buffer.write(f"{nbformat.writes(notebook)}\n".encode())
