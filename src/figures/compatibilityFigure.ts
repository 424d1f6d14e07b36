import { checkText, problem, shown, withDefaults } from '../utils/errors';
import { axis, EMPTY_GREY, requireSome, type Figure } from './figure';
import { frame } from './layout';
import { plainText, tickLabel, wrapped } from './text';

/** Whether one architecture or method fits one scenario. */
export interface CompatibilityCell {
  /** Row of the grid, e.g. the architecture or method. */
  row: string;
  /** Column of the grid, e.g. the scenario. */
  column: string;
  /** Whether the pairing can run; `partly`: it runs, but see the reason. */
  fits: boolean | 'partly';
  /** Why, as a sentence; shown on hover. */
  reason: string;
}

/** Options of `compatibilityFigure`. */
export interface CompatibilityFigureOptions {
  /** Heading; default `What fits which scenario`. */
  title?: string;
}

// Green and vermilion of Okabe & Ito, which colour-blind users can tell apart; the signs, black on all three, say it once more.
const LOOKS = [
  { fits: false, color: '#D55E00', sign: '✕', words: 'does not fit' },
  { fits: 'partly', color: '#E69F00', sign: '○', words: 'fits partly' },
  { fits: true, color: '#009E73', sign: '✓', words: 'fits' },
] as const;

/**
 * A grid of what fits what: ✓ fits, ○ partly, ✕ does not, with the reason on hover. Pairings that are not listed stay empty.
 *
 * @param cells one entry per pairing; rows and columns appear in the order of the list
 */
export function compatibilityFigure(cells: readonly CompatibilityCell[], options?: CompatibilityFigureOptions): Figure {
  const { title } = withDefaults('compatibilityFigure', options, { title: 'What fits which scenario' });
  requireSome('compatibilityFigure', 'cells', cells);
  cells.forEach(checkCell);
  const rows = [...new Set(cells.map((cell) => cell.row))];
  const columns = [...new Set(cells.map((cell) => cell.column))];
  const grid = gridOf(cells, rows, columns);
  const each = <T>(show: (cell: CompatibilityCell) => T, other: T) =>
    grid.map((line) => line.map((cell) => (cell ? show(cell) : other)));
  return {
    data: [
      {
        type: 'heatmap',
        x: columns.map((_, k) => k),
        y: rows.map((_, k) => k),
        z: each<number | null>((cell) => LOOKS.findIndex((look) => look.fits === cell.fits), null),
        zmin: 0,
        zmax: 2,
        colorscale: LOOKS.map(({ color }, k) => [k / 2, color]),
        xgap: 3,
        ygap: 3,
        showscale: false,
        text: each((cell) => lookOf(cell).sign as string, ''),
        texttemplate: '%{text}',
        textfont: { size: 18, color: '#000000' },
        hoverinfo: 'text',
        hoverongaps: false,
        hovertext: each((cell) => wrap(`${cell.row} ${lookOf(cell).words} ${cell.column}: ${cell.reason}`), ''),
      },
    ],
    layout: frame(
      'compatibilityFigure',
      { title, notes: notes(grid), headings: true, plotHeight: 40 * rows.length, bottom: 24 },
      {
        plot_bgcolor: EMPTY_GREY,
        xaxis: namedAxis(columns, { side: 'top' }),
        yaxis: namedAxis(rows, { autorange: 'reversed' }),
      },
    ),
  };
}

/** The pairings by row and column; null where none is listed. */
function gridOf(
  cells: readonly CompatibilityCell[],
  rows: readonly string[],
  columns: readonly string[],
): (CompatibilityCell | null)[][] {
  const grid: (CompatibilityCell | null)[][] = rows.map(() => columns.map(() => null));
  for (const cell of cells) {
    const [r, c] = [rows.indexOf(cell.row), columns.indexOf(cell.column)];
    if (grid[r][c])
      throw problem('compatibilityFigure', `'${cell.row}' with '${cell.column}' is listed twice`, 'list each pairing once');
    grid[r][c] = cell;
  }
  return grid;
}

function namedAxis(names: readonly string[], more: Record<string, unknown>): Record<string, unknown> {
  return axis('', {
    ...more,
    tickvals: names.map((_, k) => k),
    ticktext: names.map((name) => tickLabel(name)),
    showgrid: false,
    ticks: '',
  });
}

function lookOf(cell: CompatibilityCell) {
  return LOOKS.find((look) => look.fits === cell.fits)!;
}

/** Breaks a sentence into lines of up to 60 characters, so that the hover label fits the figure. */
function wrap(text: string): string {
  return wrapped(text, 60).map(plainText).join('<br>');
}

/** The signs that occur, in words, and what grey is. */
function notes(grid: readonly (readonly (CompatibilityCell | null)[])[]): string[] {
  const cells = grid.flat();
  const signs = [...LOOKS].reverse().filter((look) => cells.some((cell) => cell?.fits === look.fits));
  const legend = `${signs.map(({ sign, words }) => `${sign} ${words}`).join(', ')}.`;
  return [legend, ...(cells.includes(null) ? ['Grey: not looked at.'] : [])];
}

function checkCell(cell: CompatibilityCell, position: number): void {
  const subject = `compatibilityFigure: cells[${position}]`;
  if (typeof cell !== 'object' || cell === null) {
    throw problem(subject, `it is ${shown(cell)}`, 'pass objects {row, column, fits, reason}');
  }
  checkText(subject, 'row', cell.row);
  checkText(subject, 'column', cell.column);
  checkText(subject, 'reason', cell.reason);
  if (typeof cell.fits === 'boolean' || cell.fits === 'partly') return;
  throw problem(subject, `fits must be true, false or 'partly', got ${shown(cell.fits)}`);
}
