import { LINE_HEIGHT, textWidth } from './svg/label';

/** A mark of a scatter plot, in pixels of the plot from its upper left corner. */
export interface Mark {
  x: number;
  y: number;
  /** Radius of the mark. */
  radius: number;
  /** Half the length of its whiskers. */
  reach: { x: number; y: number };
  /** The name beside it. */
  text: string;
}

/** Plotly's `textposition`, best first. */
const SIDES = [
  'middle right',
  'middle left',
  'top center',
  'bottom center',
  'top right',
  'bottom right',
  'top left',
  'bottom left',
] as const;
export type Side = (typeof SIDES)[number];

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What it costs a name to lie outside of the plot, on another name, on a mark, on a whisker. */
const COST = { outside: 8, name: 6, mark: 4, whisker: 2 };
/** Each name is placed anew so often, beside the others as they are then. */
const ROUNDS = 4;

/**
 * The side of each mark on which its name has the most room: within the plot, and on no other name, mark or whisker where that can be.
 *
 * @param marks in the order of drawing
 * @param plot size of the plot in pixels
 */
export function labelSides(marks: readonly Mark[], plot: { width: number; height: number }): Side[] {
  const discs = marks.map(({ x, y, radius }) => around(x, y, radius, radius));
  const whiskers = marks.flatMap(({ x, y, reach }) => [
    ...(reach.x > 0 ? [around(x, y, reach.x, 3)] : []),
    ...(reach.y > 0 ? [around(x, y, 3, reach.y)] : []),
  ]);
  const sides = marks.map((): Side => 'middle right');
  const cost = (mark: Mark, k: number, side: Side): number => {
    const box = besides(mark, side);
    const count = (others: readonly Box[]) => others.filter((other) => overlap(box, other)).length;
    const names = marks.flatMap((other, o) => (o === k ? [] : [besides(other, sides[o])]));
    const outside = box.left < 0 || box.right > plot.width || box.top < 0 || box.bottom > plot.height;
    return (
      (outside ? COST.outside : 0) +
      COST.name * count(names) +
      COST.mark * count(discs.filter((_, other) => other !== k)) +
      COST.whisker * count(whiskers)
    );
  };
  for (let round = 0; round < ROUNDS; round++) {
    marks.forEach((mark, k) => {
      const costs = SIDES.map((side) => cost(mark, k, side));
      sides[k] = SIDES[costs.indexOf(Math.min(...costs))];
    });
  }
  return sides;
}

function around(x: number, y: number, dx: number, dy: number): Box {
  return { left: x - dx, right: x + dx, top: y - dy, bottom: y + dy };
}

/** Where a name stands, as Plotly places it: a little off the mark. */
function besides({ x, y, radius, text }: Mark, side: Side): Box {
  const off = radius / 0.8 + 1;
  const width = textWidth(text);
  const [upright, across] = side.split(' ');
  const left = across === 'right' ? x + off : across === 'left' ? x - off - width : x - width / 2;
  const top = upright === 'top' ? y - off - LINE_HEIGHT : upright === 'bottom' ? y + off : y - LINE_HEIGHT / 2;
  return { left, right: left + width, top, bottom: top + LINE_HEIGHT };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
