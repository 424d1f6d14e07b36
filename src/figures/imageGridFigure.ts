import { problem, withDefaults } from '../utils/errors';
import { axis, baseLayout, plainText, requireSome, type Figure } from './figure';
import { greyPng, TRANSPARENT } from './png';

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
 * @param rows one entry per task; values beyond [0, 1] are cut off
 */
export function imageGridFigure(rows: readonly ImageRow[], options?: ImageGridFigureOptions): Figure {
  const { title, width, height } = withDefaults('imageGridFigure', options, {
    title: 'Samples of each task',
    width: 28,
    height: 28,
  });
  requireSome('imageGridFigure', 'rows', rows);
  rows.forEach((row) => checkRow(row, width * height));
  const columns = Math.max(...rows.map((row) => row.images.length));
  const [stepX, stepY] = [width + GAP, height + GAP];
  const [gridWidth, gridHeight] = [columns * stepX - GAP, rows.length * stepY - GAP];
  const pixels = new Uint8Array(gridWidth * gridHeight).fill(TRANSPARENT);
  rows.forEach((row, r) =>
    row.images.forEach((image, c) => {
      for (let p = 0; p < width * height; p++) {
        const [x, y] = [c * stepX + (p % width), r * stepY + Math.floor(p / width)];
        pixels[y * gridWidth + x] = Math.round(254 * Math.min(1, Math.max(0, image[p])));
      }
    }),
  );
  const centre = (k: number, step: number) => k * step + (step - GAP - 1) / 2;
  const hidden = { showgrid: false, zeroline: false, ticks: '' };
  return {
    data: [
      { type: 'image', source: greyPng(pixels, gridWidth, gridHeight), zsmooth: false, hoverinfo: 'skip' },
      hoverPoints(
        rows,
        (c) => centre(c, stepX),
        (r) => centre(r, stepY),
      ),
    ],
    layout: baseLayout(title, 76 + ROW_HEIGHT * rows.length, {
      margin: { l: 56, r: 24, t: 60, b: 16 },
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
        ticktext: rows.map((row) => plainText(row.label)),
      }),
    }),
  };
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

function checkRow(row: ImageRow, size: number): void {
  const subject = `imageGridFigure: row '${row.label}'`;
  requireSome(subject, 'images', row.images);
  row.images.forEach((image, k) => {
    if (image.length !== size) {
      throw problem(subject, `image ${k} has ${image.length} pixels instead of ${size}`, 'give width and height');
    }
    if (Array.from(image).some((value) => !Number.isFinite(value))) {
      throw problem(subject, `image ${k} holds NaN or infinite pixels`, 'pass numbers in [0, 1]');
    }
  });
  if (row.captions && row.captions.length !== row.images.length) {
    throw problem(subject, `${row.captions.length} captions for ${row.images.length} images`, 'pass one per image or none');
  }
}
