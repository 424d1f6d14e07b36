import { problem, withDefaults } from '../utils/errors';
import { axis, baseLayout, EMPTY_GREY, plainText, requireSome, type Figure } from './figure';

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

// Green and vermilion of Okabe & Ito, which colour-blind readers can tell apart; the signs say it once more.
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
  const rows = [...new Set(cells.map((cell) => cell.row))];
  const columns = [...new Set(cells.map((cell) => cell.column))];
  const grid: (CompatibilityCell | null)[][] = rows.map(() => columns.map(() => null));
  for (const cell of cells) {
    const [r, c] = [rows.indexOf(cell.row), columns.indexOf(cell.column)];
    if (grid[r][c])
      throw problem('compatibilityFigure', `'${cell.row}' with '${cell.column}' is listed twice`, 'list each pairing once');
    grid[r][c] = cell;
  }
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
        opacity: 0.85,
        xgap: 3,
        ygap: 3,
        showscale: false,
        text: each((cell) => lookOf(cell).sign as string, ''),
        texttemplate: '%{text}',
        textfont: { size: 18, color: '#ffffff' },
        hoverinfo: 'text',
        hoverongaps: false,
        hovertext: each((cell) => wrap(`${cell.row} ${lookOf(cell).words} ${cell.column}: ${cell.reason}`), ''),
      },
    ],
    layout: baseLayout(title, 110 + 40 * rows.length, {
      margin: { l: 56, r: 24, t: 84, b: 24 },
      plot_bgcolor: EMPTY_GREY,
      xaxis: namedAxis(columns, { side: 'top' }),
      yaxis: namedAxis(rows, { autorange: 'reversed' }),
    }),
  };
}

function namedAxis(names: readonly string[], more: Record<string, unknown>): Record<string, unknown> {
  return axis('', { ...more, tickvals: names.map((_, k) => k), ticktext: names.map(plainText), showgrid: false, ticks: '' });
}

function lookOf(cell: CompatibilityCell) {
  return LOOKS.find((look) => look.fits === cell.fits)!;
}

/** Breaks a sentence into lines of about 60 characters, so that the hover label fits the figure. */
function wrap(text: string): string {
  return plainText(text).replace(/(.{50,}?)\s+/g, '$1<br>');
}
