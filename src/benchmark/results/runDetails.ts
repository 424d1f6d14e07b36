import { failureInWords, isFailed } from '../../experiments/failedRun';
import type { FinalRun } from '../../experiments/failedRun';
import { taskLabel } from '../../metrics/accuracyMatrix';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../utils/format';
import { escapeHtml } from '../../utils/html';

/** A run in a report: one line that opens to its spec, machine and accuracy matrix; links lead to `#run-ID`. */
export function runDetails(run: FinalRun): string {
  const { id, study, label, seed, spec } = run;
  const name = `${study === '' ? '' : `${study}: `}${label}, seed ${seed}`;
  const outcome = isFailed(run)
    ? `<span class="failed">${escapeHtml(failureInWords(run))}</span>`
    : escapeHtml(`ACC ${formatNumber(run.metrics.acc)}${run.stuckAtChance === undefined ? '' : `, ${run.stuckAtChance}`}`);
  return `<details id="run-${escapeHtml(id)}">
<summary><code>${escapeHtml(id)}</code> ${escapeHtml(name)}: ${outcome}</summary>
${facts(run)}
${isFailed(run) ? '' : matrixTable(run.matrix, run.taskNames)}
<pre>${escapeHtml(JSON.stringify(spec, null, 2))}</pre>
</details>`;
}

function facts(run: FinalRun): string {
  const { made } = run;
  const measured = isFailed(run)
    ? []
    : [
        ['Training and evaluation', formatDuration(run.seconds)],
        ['Largest memory of the process', formatBytes(run.peakMb * 1e6)],
        ['Parameters', formatCount(run.parameters.total)],
        ['Device', run.device],
        ['Fingerprint of the data', run.fingerprint],
      ];
  const origin = made
    ? [
        ['Made', made.date],
        ['Machine', `${made.machine.cpu}, ${made.machine.cores} cores, ${made.machine.memoryGb} GB, ${made.machine.system}`],
        [
          'Versions',
          Object.entries(made.versions)
            .map((one) => one.join(' '))
            .join(', '),
        ],
        ...(made.commit === undefined ? [] : [['Commit', made.commit]]),
      ]
    : [];
  const rows = [...measured, ...origin].map(([name, value]) => `<tr><td>${name}</td><td>${escapeHtml(value)}</td></tr>`);
  return rows.length > 0 ? `<table><tbody>${rows.join('')}</tbody></table>` : '';
}

/** Rows are the tasks evaluated, columns the task trained last. */
function matrixTable(matrix: FinalRun['matrix'], taskNames: readonly string[] | undefined): string {
  const names = matrix.map((_, task) => escapeHtml(taskLabel(task, taskNames)));
  const head = names.map((name) => `<th class="number">after ${name}</th>`).join('');
  const rows = matrix.map((row, task) => {
    const cells = row.map((cell) => `<td class="number">${formatNumber(cell)}</td>`).join('');
    return `<tr><td>accuracy on ${names[task]}</td>${cells}</tr>`;
  });
  return `<table><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
