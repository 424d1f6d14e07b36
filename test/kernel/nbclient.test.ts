import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsJupyter, runPython } from './python';

const execute = `
import json, sys, nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
given = json.load(sys.stdin)
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in given["cells"]])
client = NotebookClient(notebook, timeout=60, kernel_name="tslab", allow_errors=given.get("allowErrors", False))
raised = None
try:
    client.execute()
except CellExecutionError as error:
    raised = {"ename": error.ename, "evalue": error.evalue, "text": str(error)}
json.dump({"raised": raised, "outputs": [cell.outputs for cell in notebook.cells]}, sys.stdout)
`;

test('nbclient stops at a failing cell and reports its name, message and line', (context) => {
  if (!needsJupyter(context)) return;
  const { raised, outputs } = runPython(execute, {
    cells: ['const a = 1', '\nthrow new RangeError("no such task")', 'console.log("not reached")'],
  });
  assert.equal(raised.ename, 'RangeError');
  assert.equal(raised.evalue, 'no such task');
  assert.match(raised.text, /cell \[2\], line 2/);
  assert.equal(outputs[1][0].output_type, 'error');
  assert.deepEqual(outputs[2], []);
});

test('nbclient with errors allowed runs the cells after the failing one', (context) => {
  if (!needsJupyter(context)) return;
  const { raised, outputs } = runPython(execute, {
    cells: ['throw new Error("expected")', 'console.log("reached")'],
    allowErrors: true,
  });
  assert.equal(raised, null);
  assert.equal(outputs[0][0].output_type, 'error');
  assert.equal(outputs[1][0].text, 'reached\n');
});
