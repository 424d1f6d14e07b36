import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../kernel/kernelClient';
import { python } from '../kernel/python';
import { type CellOutput, type Notebook, textOf } from './files';

/**
 * The text of the file that JupyterLab would write of a notebook after opening it: the kernel under the name that JupyterLab
 * shows, a stream's messages in one output, and the form in which Jupyter writes JSON.
 */
export function asJupyterWrites({ cells, metadata, ...rest }: Notebook): string {
  const kernelspec = { ...metadata.kernelspec, display_name: kernelName() };
  const notebook: Notebook = {
    ...rest,
    cells: cells.map((cell) => (cell.outputs ? { ...cell, outputs: joinStreams(cell.outputs) } : cell)),
    metadata: { ...metadata, kernelspec },
  };
  const { status, stdout, stderr } = spawnSync(python, [path.join(projectRoot, 'test', 'notebooks', 'canonical.py')], {
    input: JSON.stringify(notebook),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(`canonical.py ended with ${String(status)}: ${stderr}`);
  return stdout;
}

/** What JupyterLab calls the project's kernel. */
function kernelName(): string {
  const file = path.join(projectRoot, 'kernel-setup', 'share', 'kernels', 'tslab', 'kernel.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { display_name: string }).display_name;
}

function joinStreams(outputs: readonly CellOutput[]): CellOutput[] {
  const joined: CellOutput[] = [];
  for (const output of outputs) {
    const last = joined[joined.length - 1];
    const goesOn = output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name;
    if (goesOn) joined[joined.length - 1] = { ...last, text: textOf(last.text) + textOf(output.text) };
    else joined.push(output);
  }
  return joined;
}
