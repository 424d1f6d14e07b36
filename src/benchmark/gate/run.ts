import { realpathSync } from 'node:fs';
import { passesGateOverSeeds } from '../../metrics';
import type { SeedGateVerdict } from '../../metrics';
import { problem } from '../../utils/errors';
import type { GateRequest } from './arguments';
import { chooseSide, stuckNotes } from './side';
import type { ChosenSide, Side, SideReport } from './side';

/** What the gate says, as `--json` writes it. Absent is what it could not come to. */
export interface GateReport extends Partial<Omit<SeedGateVerdict, 'passed' | 'reasons'>> {
  /** That it is such a report. */
  format: 'continual-learning gate';
  /** Version of its form. */
  formatVersion: 1;
  /** The outcome. */
  status: 'passed' | 'failed' | 'cannot judge';
  /** 0 passed, 1 failed, 2 cannot judge. */
  exitStatus: 0 | 1 | 2;
  /** Why it did not pass, or cannot be judged; empty when passed. */
  reasons: string[];
  /** What is worth knowing beside. */
  notes: string[];
  /** The new model. */
  challenger?: SideReport;
  /** The model in use. */
  champion?: SideReport;
}

/** Where text goes: `say` what was asked for, `warn` what is wrong. */
interface Outputs {
  say(text: string): void;
  warn(text: string): void;
}

/**
 * Decides and tells.
 *
 * @returns the exit status: 0 passes, 1 does not pass, 2 cannot be judged
 */
export function answer(request: GateRequest, { say, warn }: Outputs): number {
  const report = judge(request);
  if (request.json) say(JSON.stringify(report, null, 2));
  else if (report.checks) say(inWords(report));
  report.notes.forEach(warn);
  if (report.status === 'cannot judge') warn(`cannot judge: ${report.reasons.join('; ')}`);
  return report.exitStatus;
}

/** The verdict on what was asked for; it never throws for what the places hold. */
function judge(request: GateRequest): GateReport {
  const found: Pick<GateReport, 'notes' | 'challenger' | 'champion'> = { notes: [] };
  try {
    const [challenger, champion] = (['challenger', 'champion'] as const).map((side) => {
      const chosen = sideOf(side, request, found.notes);
      found[side] = chosen.report;
      return chosen;
    });
    checkDifferent(challenger.report, champion.report);
    const { passed, reasons, ...verdict } = passesGateOverSeeds(challenger.runs, champion.runs, request.options);
    found.notes.push(...verdict.leftOut.map(({ seed, reason }) => `seed ${seed} is left out: ${reason}`));
    found.notes.push(...stuckNotes('challenger', challenger), ...stuckNotes('champion', champion));
    const unmeasured = verdict.checks.filter(({ value, limit }) => value === null || limit === null).map(({ text }) => text);
    if (unmeasured.length > 0) return { ...form('cannot judge', unmeasured), ...found, ...verdict };
    return { ...form(passed ? 'passed' : 'failed', reasons), ...found, ...verdict };
  } catch (error) {
    return { ...form('cannot judge', [(error as Error).message]), ...found };
  }
}

const EXIT_STATUS = { passed: 0, failed: 1, 'cannot judge': 2 } as const;

function form(status: GateReport['status'], reasons: string[]): Omit<GateReport, 'notes'> {
  return { format: 'continual-learning gate', formatVersion: 1, status, exitStatus: EXIT_STATUS[status], reasons };
}

function sideOf(side: Side, request: GateRequest, notes: string[]): ChosenSide {
  let damaged = 0;
  const { place } = request[side];
  const chosen = chooseSide(side, request[side], {
    note: (text) => void notes.push(text),
    warn(text) {
      damaged++;
      notes.push(text);
    },
  });
  if (damaged === 0 || request.options.allowMissing) return chosen;
  const files = `${damaged} of its files ${damaged === 1 ? 'is' : 'are'} damaged`;
  throw problem(place, files, 'run these again, or judge the others with --allow-missing');
}

/** Throws where both sides are the very same runs of the same place: such a gate lets anything through. */
function checkDifferent(challenger: SideReport, champion: SideReport): void {
  if (realpathSync(challenger.place) !== realpathSync(champion.place)) return;
  if (challenger.ids.some((id) => !champion.ids.includes(id))) return;
  const reason = `challenger and champion are the same runs (${challenger.label})`;
  throw problem(challenger.place, reason, 'choose with --challenger-method and --champion-method, or name two places');
}

function inWords({ challenger, champion, checks = [], rule, level = 0, seeds = [], leftOut = [], status }: GateReport): string {
  const { stream, scenario, tasks } = challenger!;
  const count = `${seeds.length} ${leftOut.length > 0 ? `of ${seeds.length + leftOut.length} ` : ''}`;
  const rules = {
    interval: `${Math.round(level * 1e4) / 100} % intervals [in brackets], paired by seed; the unfavourable end decides`,
    point: 'means over the seeds',
  };
  const outcomes = { passed: 'passes', failed: 'does not pass', 'cannot judge': 'cannot be judged' };
  return [
    `Challenger  ${challenger!.label} (${challenger!.place})`,
    `Champion    ${champion!.label} (${champion!.place})`,
    `Stream      ${stream}, ${scenario}, ${tasks} tasks`,
    `Seeds       ${count}compared: ${seeds.join(', ')}`,
    `Rule        ${rules[rule!]}`,
    '',
    ...checks.map(({ passed, text }) => `${passed ? '✓' : '✕'} ${text}`),
    '',
    `The challenger ${outcomes[status]}.`,
  ].join('\n');
}
