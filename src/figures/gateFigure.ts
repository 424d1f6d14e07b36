import type { GateCheck, GateVerdict } from '../metrics/gate';
import { withDefaults } from '../utils/errors';
import { axis, baseLayout, plainText, TEXT_GREY, type Figure } from './figure';
import { layOutPanels, panelTitle, type Panel } from './panels';

/** Options of `gateFigure`. */
export interface GateFigureOptions {
  /** Heading; default says the verdict. */
  title?: string;
}

const PASSED = '#009E73';
const FAILED = '#D55E00';

/**
 * The verdict of `passesGate`: a panel per check with the challenger's value as a mark, the limit as a line and the side
 * that passes shaded.
 *
 * @param verdict what `passesGate` returned
 */
export function gateFigure(verdict: GateVerdict, options?: GateFigureOptions): Figure {
  const { title } = withDefaults<GateFigureOptions>('gateFigure', options, { title: undefined });
  const panels = layOutPanels(verdict.checks.length, verdict.checks.length, 0.06);
  return {
    data: verdict.checks.flatMap((check, k) => (check.value === null ? [] : [mark(check, panels[k])])),
    layout: baseLayout(title ?? `The challenger ${verdict.passed ? 'passes' : 'does not pass'} the gate`, 190, {
      ...Object.assign({}, ...panels.map((panel, k) => panelAxes(panel, verdict.checks[k]))),
      margin: { l: 24, r: 24, t: 88, b: 36 },
      shapes: verdict.checks.flatMap((check, k) => (check.limit === null ? [] : limitShapes(check, check.limit, panels[k]))),
      annotations: panels.map((panel, k) => panelTitle(panel, heading(verdict.checks[k]))),
    }),
  };
}

function heading(check: GateCheck): string {
  const words = check.passed ? '✓ within the limit' : failure(check);
  return `<b>${check.name}</b> <span style="color: ${check.passed ? PASSED : FAILED}">${words}</span>`;
}

function failure(check: GateCheck): string {
  return check.value === null || check.limit === null ? '✕ not measured' : '✕ beyond the limit';
}

function mark(check: GateCheck, panel: Panel): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'markers',
    xaxis: panel.x,
    yaxis: panel.y,
    x: [check.value],
    y: [0],
    marker: { size: 16, symbol: check.passed ? 'circle' : 'x', color: check.passed ? PASSED : FAILED },
    hoverinfo: 'text',
    hovertext: [plainText(check.text)],
  };
}

/** The side that passes, shaded, and the limit itself. FM has to stay below its limit, ACC and BWT above theirs. */
function limitShapes(check: GateCheck, limit: number, panel: Panel): Record<string, unknown>[] {
  const [low, high] = rangeOf(check);
  const good = check.name === 'FM' ? [low, limit] : [limit, high];
  const place = { xref: panel.x, yref: panel.y, y0: -1, y1: 1, layer: 'below' };
  return [
    { ...place, type: 'rect', x0: good[0], x1: good[1], fillcolor: 'rgba(0, 158, 115, 0.15)', line: { width: 0 } },
    { ...place, type: 'line', x0: limit, x1: limit, line: { color: TEXT_GREY, width: 2 } },
  ];
}

/** Value and limit with room on both sides, at least 0.1 wide so that tiny differences do not look large. */
function rangeOf(check: GateCheck): [number, number] {
  const ends = [check.value, check.limit].filter((end): end is number => end !== null);
  if (ends.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const air = Math.max(0.05, 0.4 * (high - low));
  return [low - air, high + air];
}

function panelAxes(panel: Panel, check: GateCheck): Record<string, unknown> {
  return {
    [panel.xaxis]: axis('', { anchor: panel.y, domain: panel.xDomain, range: rangeOf(check), nticks: 4, tickangle: 0 }),
    [panel.yaxis]: axis('', {
      anchor: panel.x,
      domain: panel.yDomain,
      range: [-1, 1],
      showgrid: false,
      showticklabels: false,
      fixedrange: true,
    }),
  };
}
