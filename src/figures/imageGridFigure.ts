import { checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import { axis, requireSome, type Figure } from './figure';
import { frame } from './layout';
import { greyPng, TRANSPARENT } from './png';
import { plainText, tickLabel } from './text';

/** Sample images of one task: one row of the grid. */
export interface ImageRow {
  /** Shown beside the row, e.g. the task's name. */
  label: string;
  /** Pixel rows in [0, 1] (0 black, 1 white), each of width × height numbers, line by line. */
  images: readonly ArrayLike<number>[];
  /** What each image shows, for hover texts, e.g. the digit; default: none. */
  captions?: readonly string[];
}

/** Options of `imageGridFigure`. */
export interface ImageGridFigureOptions {
  /** Heading; default `Samples of each task`. */
  title?: string;
  /** Width of an image in pixels; default 28. */
  width?: number;
  /** Height of an image in pixels; default 28. */
  height?: number;
}

/** Transparent pixels between images. */
const GAP = 2;
/** Largest height of a row on the screen, in pixels. */
const ROW_HEIGHT = 64;

/**
 * Sample images in a grid, one row per task. All images together are one small PNG (about 15 kB for 5 × 10 digits).
 *
 * @param rows one entry per task
 * @throws when an image has another size or pixels outside [0, 1], such as 0 to 255
 */
export function imageGridFigure(rows: readonly ImageRow[], options?: ImageGridFigureOptions): Figure {
  const { title, width, height } = withDefaults('imageGridFigure', options, {
    title: 'Samples of each task',
    width: 28,
    height: 28,
  });
  for (const [name, value] of Object.entries({ width, height }))
    checkNumber('imageGridFigure', name, value, { min: 1, integer: true });
  requireSome('imageGridFigure', 'rows', rows);
  rows.forEach((row, k) => checkRow(row, k, width * height));
  const columns = Math.max(...rows.map((row) => row.images.length));
  const [stepX, stepY] = [width + GAP, height + GAP];
  const [gridWidth, gridHeight] = [columns * stepX - GAP, rows.length * stepY - GAP];
  const centre = (k: number, step: number) => k * step + (step - GAP - 1) / 2;
  const hidden = { showgrid: false, zeroline: false, ticks: '' };
  return {
    data: [
      {
        type: 'image',
        source: greyPng(pixelsOf(rows, [width, height], [gridWidth, gridHeight]), gridWidth, gridHeight),
        zsmooth: false,
        hoverinfo: 'skip',
      },
      hoverPoints(
        rows,
        (c) => centre(c, stepX),
        (r) => centre(r, stepY),
      ),
    ],
    layout: frame(
      'imageGridFigure',
      { title, plotHeight: ROW_HEIGHT * rows.length, bottom: 16 },
      {
        hovermode: 'closest',
        xaxis: axis('', {
          ...hidden,
          showticklabels: false,
          range: [-0.5, gridWidth - 0.5],
          constrain: 'domain',
          constraintoward: 'left',
        }),
        yaxis: axis('', {
          ...hidden,
          range: [gridHeight - 0.5, -0.5],
          scaleanchor: 'x',
          constrain: 'domain',
          constraintoward: 'top',
          tickvals: rows.map((_, r) => centre(r, stepY)),
          ticktext: rows.map((row) => tickLabel(row.label)),
        }),
      },
    ),
  };
}

/** All images as one, with transparent gaps; palette indices row by row, [gridHeight × gridWidth]. */
function pixelsOf(
  rows: readonly ImageRow[],
  [width, height]: readonly [number, number],
  [gridWidth, gridHeight]: readonly [number, number],
): Uint8Array {
  const pixels = new Uint8Array(gridWidth * gridHeight).fill(TRANSPARENT);
  rows.forEach((row, r) =>
    row.images.forEach((image, c) => {
      for (let p = 0; p < width * height; p++) {
        const [x, y] = [c * (width + GAP) + (p % width), r * (height + GAP) + Math.floor(p / width)];
        pixels[y * gridWidth + x] = Math.round(254 * Math.min(1, Math.max(0, image[p])));
      }
    }),
  );
  return pixels;
}

/** Invisible points at the centres of the images: an image trace itself can only show pixel values on hover. */
function hoverPoints(rows: readonly ImageRow[], centreX: (column: number) => number, centreY: (row: number) => number) {
  const points = rows.flatMap((row, r) =>
    row.images.map((_, c) => {
      const caption = row.captions?.[c];
      return {
        x: centreX(c),
        y: centreY(r),
        text: `${row.label}, sample ${c + 1}${caption === undefined ? '' : `: ${caption}`}`,
      };
    }),
  );
  return {
    type: 'scatter',
    mode: 'markers',
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    marker: { size: 40, opacity: 0 },
    hoverinfo: 'text',
    hovertext: points.map((point) => plainText(point.text)),
  };
}

/** Pixels may miss [0, 1] by so much: rotating and rounding do that; other units miss it by more. */
const ROUNDING = 0.01;

function checkRow(row: ImageRow, position: number, size: number): void {
  const place = `imageGridFigure: rows[${position}]`;
  if (typeof row !== 'object' || row === null) throw problem(place, `it is ${shown(row)}`, 'pass objects {label, images}');
  checkText(place, 'label', row.label);
  const subject = `imageGridFigure: row '${row.label}'`;
  requireSome(subject, 'images', row.images);
  row.images.forEach((image, k) => {
    if (image?.length !== size) {
      throw problem(subject, `image ${k} has ${shown(image?.length)} pixels instead of ${size}`, 'give width and height');
    }
    const wrong = Array.from(image).find((value) => !(typeof value === 'number' && value >= -ROUNDING && value <= 1 + ROUNDING));
    if (wrong !== undefined || Array.from(image).includes(undefined as never)) {
      throw problem(subject, `image ${k} holds the pixel ${shown(wrong)}`, 'pass numbers from 0 (black) to 1 (white)');
    }
  });
  if (row.captions && row.captions.length !== row.images.length) {
    throw problem(
      subject,
      `${shown(row.captions.length)} captions for ${row.images.length} images`,
      'pass one per image or none',
    );
  }
}
