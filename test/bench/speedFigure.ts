import type { StepResult } from './steps';

/** Engines of the figure: label and colour (Okabe–Ito, distinguishable for the colour-blind), from the bottom of the story up. */
const BARS: { engine: string; label: string; colour: string }[] = [
  { engine: 'native', label: 'this library', colour: '#0072B2' },
  { engine: 'pytorch', label: 'PyTorch', colour: '#999999' },
  { engine: 'jax-scan', label: 'JAX (compiled scan)', colour: '#E69F00' },
  { engine: 'stock-tfjs', label: 'tfjs-node as it comes', colour: '#D55E00' },
];
const METHOD_LABELS: Record<string, string> = {
  naive: 'Naive',
  ewc: 'EWC',
  er: 'ER',
  gem: 'GEM, all projected',
  'gem-agree': 'GEM, none projected',
  pnn: 'PNN',
  'conv-er-first': 'Conv., first task',
  'conv-er': 'Conv., ER',
};
const WIDTH = 760;
const LEFT = 150;
const RIGHT = 105;
const BAR = 14;
const GAP = 14;
const TOP = 78;

/**
 * The README's figure as SVG text: milliseconds per step in relation to PyTorch (= 1), one thread each; shorter is faster.
 *
 * @param caption the machine, for the line below the title
 * @returns undefined when PyTorch was not measured
 */
export function speedFigure(steps: StepResult[], caption: string): string | undefined {
  const groups = groupsOf(steps);
  if (groups.length === 0) return undefined;
  const longest = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const parts: string[] = [];
  let y = TOP;
  for (const { method, bars } of groups) {
    parts.push(text(LEFT - 10, y + (bars.length * BAR) / 2 + 4, METHOD_LABELS[method] ?? method, 'end', 13));
    for (const { colour, ratio, ms } of bars) {
      parts.push(`<rect x="${LEFT}" y="${y}" width="${(ratio * scale).toFixed(1)}" height="${BAR - 2}" fill="${colour}"/>`);
      parts.push(text(LEFT + ratio * scale + 5, y + BAR - 4, `${ratio.toFixed(2)}× (${ms.toFixed(2)} ms)`, 'start', 10));
      y += BAR;
    }
    y += GAP;
  }
  const one = (LEFT + scale).toFixed(1);
  const line = `<line x1="${one}" x2="${one}" y1="${TOP - 6}" y2="${y - GAP + 4}" stroke="#444" stroke-dasharray="3 3"/>`;
  const title = [
    text(16, 24, 'Time of a training step, PyTorch = 1 (shorter is faster)', 'start', 16, 'bold'),
    text(16, 42, caption, 'start', 11),
  ];
  // A white ground of its own: the figure is read on light and on dark pages.
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" role="img" aria-label="Time of a training step in relation to PyTorch">`;
  return `${[open, `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`, ...title, ...legend(groups), line, ...parts, '</svg>'].join('\n')}\n`;
}

interface Group {
  method: string;
  bars: { engine: string; colour: string; ratio: number; ms: number }[];
}

function groupsOf(steps: StepResult[]): Group[] {
  const single = steps.filter(({ threads, toPytorch }) => threads === 1 && toPytorch !== undefined);
  return [...new Set(single.map(({ method }) => method))].map((method) => ({
    method,
    bars: BARS.flatMap(({ engine, colour }) => {
      const found = single.find((each) => each.engine === engine && each.method === method);
      return found ? [{ engine, colour, ratio: found.toPytorch!, ms: found.msPerStep }] : [];
    }),
  }));
}

function legend(groups: Group[]): string[] {
  const shown = BARS.filter(({ engine }) => groups.some(({ bars }) => bars.some((bar) => bar.engine === engine)));
  return shown.flatMap(({ label, colour }, i) => [
    `<rect x="${16 + i * 165}" y="53" width="12" height="12" fill="${colour}"/>`,
    text(34 + i * 165, 63, label, 'start', 11),
  ]);
}

function text(x: number, y: number, content: string, anchor: string, size: number, weight = 'normal'): string {
  const safe = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="#222" stroke="#fff" stroke-width="3" paint-order="stroke">${safe}</text>`;
}
