import { existsSync } from 'node:fs';
import path from 'node:path';
import { setupFolder } from '../lib/jupyter.mjs';
import { contentOf, writeAtomically } from '../lib/stamps.mjs';
import { compareWithPins } from './python-packages.mjs';

const templates = path.join(setupFolder, 'share', 'nbconvert');

const TEXT = 'nbconvert --to html gives pages with live figures';

/** The two files with their contents, or why they cannot be told. */
function files(context) {
  const lacking = compareWithPins(context);
  if (lacking) return missing(`nbconvert is not installed (${lacking})`, 'see python-packages above');
  const source = path.join(context.modules, 'plotly.js-cartesian-dist-min', 'plotly-cartesian.min.js');
  if (!existsSync(source)) return missing(`${context.relative(source)} is not there`, 'see node-packages above');
  // "." is what nbconvert looks into by itself, for templates of the user's own.
  const settings = { TemplateExporter: { extra_template_basedirs: ['.', templates] } };
  return {
    wanted: [
      [path.join(context.venv, 'share', 'jupyter', 'nbconvert', 'plotly.js.j2'), includable(contentOf(source))],
      [path.join(context.venv, 'etc', 'jupyter', 'jupyter_config.json'), `${JSON.stringify(settings, null, 2)}\n`],
    ],
  };
}

// Compared by content, so that no stamp is needed.
function look(context) {
  const { wanted, ...trouble } = files(context);
  if (!wanted) return trouble;
  if (wanted.every(([file, text]) => contentOf(file) === text)) return { state: 'ok', text: TEXT };
  return { ...missing('not set up yet'), plan: 'two files in .venv', megabytes: 2 };
}

/**
 * Makes `nbconvert --to html` of .venv, and JupyterLab's export, write pages with live figures. Two files in .venv: Plotly's
 * code for the template kernel-setup/share/nbconvert/lab, and Jupyter's configuration, which puts that template in front
 * of nbconvert's own. (A setting of `template_name` would overrule nbconvert's own option `--template`.)
 */
async function make(context) {
  const { wanted, ...trouble } = files(context);
  if (!wanted) return trouble;
  for (const [file, text] of wanted) if (contentOf(file) !== text) writeAtomically(file, text);
  return { state: 'ok', text: TEXT };
}

export const htmlExport = { look, make };

const missing = (text, remedy) => ({ state: 'missing', text: `live figures in HTML export: ${text}`, remedy });

/** JavaScript as a Jinja template that gives just this code, safe inside a `<script>` element. */
export function includable(code) {
  const safe = code
    .replace(/<\/(script)/gi, '<\\/$1')
    .replace(/<!--/g, '<\\!--')
    .replace(/\{%(?=[-+]?\s*endraw)/g, '{\\x25');
  return `{% raw %}${safe}\n{% endraw %}`;
}
