import { colorAt, textOn, VIRIDIS } from './color';

/** A cell of a heatmap. */
export interface HeatCell {
  /** Where it lies on the scale of colours, in [0, 1]; null: no cell. */
  readonly value: number | null;
  /** What stands in it. */
  readonly text: string;
  /** What the pointer shows. */
  readonly hover: string;
}

/** From so many cells in a row on a cell is too small for its number. */
const TOO_MANY = 19;

/**
 * A heatmap with numbers: dark cells with white ones, bright cells with black ones. A trace without a single cell is left out:
 * Plotly would call it invisible.
 *
 * @param cells rows of cells, the first on top
 */
export function heatCells(cells: readonly (readonly HeatCell[])[]): Record<string, unknown>[] {
  const wide = Math.max(...cells.map((row) => row.length));
  const traces = ['#ffffff', '#000000'].map((color) => {
    const holds = ({ value }: HeatCell) => value !== null && textOn(colorAt(VIRIDIS, value)) === color;
    const pick = <T>(of: (cell: HeatCell) => T, other: T) =>
      cells.map((row) => row.map((cell) => (holds(cell) ? of(cell) : other)));
    return {
      type: 'heatmap',
      x: Array.from({ length: wide }, (_, j) => j),
      y: cells.map((_, i) => i),
      z: pick<number | null>(({ value }) => value, null),
      xgap: wide < TOO_MANY ? 2 : 0.5,
      ygap: wide < TOO_MANY ? 2 : 0.5,
      showscale: false,
      zmin: 0,
      zmax: 1,
      hoverongaps: false,
      hoverinfo: 'text',
      hovertext: pick(({ hover }) => hover, ''),
      colorscale: VIRIDIS.map((stop) => [...stop]),
      ...(wide < TOO_MANY && { text: pick(({ text }) => text, ''), texttemplate: '%{text}', textfont: { color } }),
    };
  });
  return traces.filter(({ z }) => z.flat().some((value) => value !== null));
}
