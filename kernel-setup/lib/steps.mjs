import { remedyFor } from './trouble.mjs';

/*
 * A step is `{look, make}`. `look(context)` says how things are and changes nothing: `{state: 'ok', text}`, or
 * `{state: 'missing', text, plan, megabytes, remedy}` with what `make` would do and how much room that takes. `make(context)`
 * does it: `{state: 'ok' | 'missing' | 'failed', text, remedy}`.
 */

/**
 * Takes the named steps in the order of `steps`, one result line each. Stops at the first that failed and is needed. With
 * `context.look` nothing is made, and nothing stops.
 */
export async function runSteps(context, steps, { needs, uses }) {
  const results = {};
  for (const [name, step] of Object.entries(steps)) {
    if (!needs.includes(name) && !uses.includes(name)) continue;
    const start = Date.now();
    const result = await takeStep(context, step);
    results[name] = result;
    const needed = !context.look && (needs.includes(name) || context.isCI);
    context.out.write(`${line(name, result, Date.now() - start, needed)}\n`);
    if (result.state !== 'ok' && needed) return { results, stoppedAt: name };
  }
  return { results };
}

/** Looks, and makes what is missing. A step that throws has failed; what it threw is the reason. */
export async function takeStep(context, step) {
  try {
    const seen = await step.look(context);
    return seen.state === 'ok' || context.look ? seen : await step.make(context);
  } catch (error) {
    const remedy = remedyFor(context, `${error.code} ${error.message}`, 'see the message; npm run doctor shows every part');
    return { state: 'failed', text: error.message, remedy };
  }
}

function line(name, { state, text, remedy }, milliseconds, needed) {
  const mark = state === 'ok' ? 'ok     ' : needed || state === 'failed' ? 'FAILED ' : 'missing';
  const time = milliseconds > 1000 ? ` (${(milliseconds / 1000).toFixed(0)} s)` : '';
  return `${mark} ${name.padEnd(15)} ${text}${time}${state === 'ok' || !remedy ? '' : `\n    what to do: ${remedy}`}`;
}
