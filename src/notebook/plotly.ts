import path from 'node:path';
import type { Figure } from '../figures/figure';
import { plainFigure } from '../figures/plainFigure';
import { figureSvg } from '../figures/svg/svg';
import { figureTitle } from '../figures/text';
import { checkText, problem, shown } from '../utils/errors';
import { writeWhole } from '../utils/files';
import { escapeHtml, inlineScript, scriptJson } from '../utils/html';
import { PLOTLY_CONFIG, plotlyCode } from '../utils/plotly';
import { display } from './tslab';

/**
 * Puts Plotly itself (1.5 MB) into the notebook, so that figures are drawn without JupyterLab's Plotly extension and in
 * pages that another nbconvert makes, also offline. Call it once, in a cell above the first figure. Not needed in the
 * JupyterLab that `npm run lab` opens, nor for `nbconvert --to html` of this project's .venv.
 */
export function inlinePlotly(): void {
  const html = `${inlineScript(plotlyCode([]))}<p style="color:#7a7a7a">Plotly is part of this notebook: figures are drawn without a connection.</p>`;
  const shown = display({ 'text/html': html, 'text/plain': 'Plotly is part of this notebook.' });
  if (!shown) console.log('inlinePlotly: this is not a notebook, nothing to do');
}

/** What a file holds, by its ending. */
const WRITERS: Readonly<Record<string, (figure: Figure) => string>> = {
  '.html': standalonePage,
  '.svg': stillPicture,
  '.json': (figure) => `${JSON.stringify(figure)}\n`,
};

/**
 * Writes a figure as what the file's ending says: `.html` a page that stands alone, with all that figures can do, which
 * needs no connection and no other file (1.5 MB); `.svg` a still picture; `.json` Plotly's own format, for other
 * programs (numbers keep 6 digits).
 *
 * @param figure what a figure builder returns
 * @param file where to write, e.g. `matrix.html`; the folder must exist
 * @returns the path that was written
 * @throws on another ending, and when the file cannot be written as a whole; an existing file then stays as it was
 */
export function saveFigure(figure: Figure, file: string): string {
  checkText('saveFigure', 'file', file);
  const plain = plainFigure(figure, 'saveFigure');
  const write = WRITERS[path.extname(file).toLowerCase()];
  if (!write) {
    const remedy = 'end the name in .html, .svg or .json; for a PNG use the camera above a shown figure';
    throw problem('saveFigure', `${shown(file)} has an ending that cannot be written`, remedy);
  }
  const content = write(plain);
  try {
    writeWhole(file, content);
  } catch (error) {
    throw problem('saveFigure', (error as Error).message);
  }
  return file;
}

function stillPicture(figure: Figure): string {
  const svg = figureSvg(figure);
  if (svg !== null) return `${svg}\n`;
  const types = [...new Set(figure.data.map(({ type = 'scatter' }) => String(type)))].join(', ');
  throw problem('saveFigure', `a still picture cannot show this figure (${types})`, 'write it as .html');
}

/** The page that `saveFigure` writes. */
function standalonePage(figure: Figure): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(figureTitle(figure))}</title></head>
<body>
<div id="figure"></div>
${inlineScript(plotlyCode(figure.data))}
<script>Plotly.newPlot('figure', ${scriptJson(figure.data)}, ${scriptJson(figure.layout)}, ${scriptJson(PLOTLY_CONFIG)});</script>
</body>
</html>
`;
}
