import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../kernel/kernelClient';

/** The notebooks' folder. */
export const notebookFolder = path.join(projectRoot, 'notebooks');

/** MIME type of a Plotly figure. */
export const PLOTLY = 'application/vnd.plotly.v1+json';

/** An output of a cell, as in the file. */
export interface CellOutput {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, any>;
  evalue?: string;
}

/** A cell, as in the file. */
export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  id: string;
  metadata: { tags?: string[]; fast?: Record<string, unknown> };
  source: string | string[];
  execution_count?: number | null;
  outputs?: CellOutput[];
}

/** A notebook, as in the file. */
export interface Notebook {
  cells: Cell[];
  metadata: { kernelspec: { name: string; display_name: string } };
  nbformat: number;
}

/** Names of all notebooks, without ending, in order. */
export const notebookNames = fs
  .readdirSync(notebookFolder)
  .filter((name) => /^\d\d-.*\.ipynb$/.test(name))
  .map((name) => name.replace('.ipynb', ''))
  .sort();

/** Path of a notebook. */
export const notebookPath = (name: string) => path.join(notebookFolder, `${name}.ipynb`);

/** Reads a notebook. */
export const readNotebook = (name: string): Notebook => JSON.parse(fs.readFileSync(notebookPath(name), 'utf8'));

/** The text of a cell or of an output. */
export const textOf = (source: string | string[] | undefined) => (Array.isArray(source) ? source.join('') : (source ?? ''));

/** Code cells with their position among all cells. */
export const codeCells = (notebook: Notebook) =>
  notebook.cells
    .map((cell, index) => ({ cell, index, source: textOf(cell.source) }))
    .filter(({ cell }) => cell.cell_type === 'code');

/** How many figures a cell's code sends: one per argument of `show`, one for the matrix that follows a training. */
export function figuresOf(source: string): number {
  const follows = /\btrainLive\(|\.train\(\)/.test(source) && !source.includes('figure: false');
  return (source.match(/\bshow\(/g)?.length ?? 0) + (follows ? 1 : 0);
}

/** Whether a cell has this tag. */
export const isTagged = (cell: { metadata: { tags?: string[] } }, tag: string) => cell.metadata.tags?.includes(tag) ?? false;
