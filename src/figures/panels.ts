/** One small plot among several in a figure. */
export interface Panel {
  /** For traces: `x`, `x2`, … */
  x: string;
  /** For traces: `y`, `y2`, … */
  y: string;
  /** Key of its x axis in the layout: `xaxis`, `xaxis2`, … */
  xaxis: string;
  /** Key of its y axis in the layout. */
  yaxis: string;
  /** Left and right end, as shares of the plot's width. */
  xDomain: [number, number];
  /** Lower and upper end, as shares of the plot's height. */
  yDomain: [number, number];
  /** Whether it stands in the first column. */
  first: boolean;
  /** Whether no panel stands below it. */
  bottom: boolean;
}

/** Lays `count` panels out row by row. Gaps are shares of the plot's width and height. */
export function layOutPanels(count: number, columns: number, gapX = 0.05, gapY = 0.16): Panel[] {
  const rows = Math.ceil(count / columns);
  const width = (1 - gapX * (columns - 1)) / columns;
  const height = (1 - gapY * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, k) => {
    const [row, column] = [Math.floor(k / columns), k % columns];
    const left = column * (width + gapX);
    const top = 1 - row * (height + gapY);
    const number = k === 0 ? '' : String(k + 1);
    return {
      x: `x${number}`,
      y: `y${number}`,
      xaxis: `xaxis${number}`,
      yaxis: `yaxis${number}`,
      xDomain: [left, Math.min(1, left + width)],
      yDomain: [Math.max(0, top - height), top],
      first: column === 0,
      bottom: k + columns >= count,
    };
  });
}

/** A heading above a panel, as a Plotly annotation. */
export function panelTitle(panel: Panel, text: string): Record<string, unknown> {
  return {
    text,
    showarrow: false,
    xref: 'paper',
    yref: 'paper',
    x: panel.xDomain[0],
    y: panel.yDomain[1],
    xanchor: 'left',
    yanchor: 'bottom',
    yshift: 4,
    font: { size: 13 },
  };
}
