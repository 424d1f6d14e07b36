import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(__dirname, '..', '..', '..');

/** Markdown of a table: first row head. */
export function markdown(rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(rows[0]), line(rows[0].map(() => '---')), ...rows.slice(1).map(line)].join('\n');
}

/** Throws, with the command that makes it, where a file is missing. */
export function checkThere(file: string, command: string): void {
  if (!existsSync(file)) throw new Error(`${file} is missing; make it with: ${command}`);
}
