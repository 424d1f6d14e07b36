/** Runs the named steps in the order of `steps`, one result line each. Stops at the first that failed and is needed. */
export async function runSteps(context, steps, { needs, uses }) {
  const results = {};
  for (const [name, step] of Object.entries(steps)) {
    if (!needs.includes(name) && !uses.includes(name)) continue;
    const start = Date.now();
    const result = await attempt(context, step);
    results[name] = result;
    const needed = needs.includes(name) || context.isCI;
    context.out.write(`${line(name, result, Date.now() - start, needed)}\n`);
    if (result.state !== 'ok' && needed) return { results, stoppedAt: name };
  }
  return { results };
}

/** A step that throws has failed; what it threw is the reason. */
async function attempt(context, step) {
  try {
    return await step(context);
  } catch (error) {
    return { state: 'failed', text: error.message, remedy: 'see the message; npm run doctor shows every part' };
  }
}

function line(name, { state, text, remedy }, milliseconds, needed) {
  const mark = state === 'ok' ? 'ok     ' : needed || state === 'failed' ? 'FAILED ' : 'missing';
  const time = milliseconds > 1000 ? ` (${(milliseconds / 1000).toFixed(0)} s)` : '';
  return `${mark} ${name.padEnd(15)} ${text}${time}${state === 'ok' || !remedy ? '' : `\n    what to do: ${remedy}`}`;
}
