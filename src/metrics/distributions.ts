import { checkNumber } from '../utils/errors';

/**
 * Two-sided quantile of Student's t distribution: the t with P(|T| ≤ t) = level. `tQuantile(0.95, 4)` is 2.776.
 *
 * @param level probability inside ±t, at least 0 and below 1
 * @param degrees degrees of freedom, a whole number of at least 1
 */
export function tQuantile(level: number, degrees: number): number {
  checkLevel('tQuantile', level);
  checkNumber('tQuantile', 'degrees', degrees, { min: 1, integer: true });
  // The probability grows with the angle θ = atan(t / √ν) on [0, π/2]: bisect there, where the bounds are finite.
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (probabilityInside(middle, degrees) < level) low = middle;
    else high = middle;
  }
  return Math.tan(low) * Math.sqrt(degrees);
}

/** Throws unless a level is a share that an interval can have. */
export function checkLevel(subject: string, level: number): void {
  checkNumber(subject, 'level', level, { min: 0, max: 0.999999 });
}

/** P(|T| ≤ √ν·tan θ) for ν degrees of freedom, exact for whole ν (Abramowitz & Stegun 26.7.3 and 26.7.4). */
function probabilityInside(theta: number, degrees: number): number {
  const odd = degrees % 2 === 1;
  const cos = Math.cos(theta);
  let term = odd ? cos : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (cos * cos * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}

/**
 * Two-sided tail of Student's t distribution: P(|T| ≥ |t|), the p-value of a t-test.
 *
 * @param t the statistic; ±Infinity gives 0
 * @param degrees degrees of freedom, a whole number of at least 1
 */
export function tTail(t: number, degrees: number): number {
  checkNumber('tTail', 'degrees', degrees, { min: 1, integer: true });
  return Math.max(0, 1 - probabilityInside(Math.atan(Math.abs(t) / Math.sqrt(degrees)), degrees));
}

/**
 * Upper tail of the χ² distribution: P(X ≥ x) = 1 − P(ν/2, x/2), with the regularised incomplete gamma function P by its series:
 * P(a, y) = yᵃ e⁻ʸ / Γ(a+1) · Σ yᵐ / ((a+1) … (a+m)), whose terms are all positive (Abramowitz & Stegun 6.5.29). Tails below
 * 1e-15 come out as 0.
 *
 * @param x the statistic, at least 0
 * @param degrees degrees of freedom ν, a whole number from 1 to 100
 */
export function chiSquaredTail(x: number, degrees: number): number {
  checkNumber('chiSquaredTail', 'x', x, { min: 0 });
  checkNumber('chiSquaredTail', 'degrees', degrees, { min: 1, max: 100, integer: true });
  if (x > 1000) return 0; // below 1e-100, and e⁻ʸ would soon be 0 itself
  const y = x / 2;
  // yᵃ e⁻ʸ / Γ(a+1), stepwise from a = 0 or 1/2 in logarithms, so that nothing overflows.
  let a = (degrees % 2) / 2;
  let log = a === 0 ? -y : Math.log(y) / 2 - y - Math.log(Math.sqrt(Math.PI) / 2);
  while (a < degrees / 2) log += Math.log(y) - Math.log(++a);
  let term = Math.exp(log);
  let sum = term;
  for (let m = 1; term > sum * 1e-17; m++) sum += term *= y / (a + m);
  return Math.min(1, Math.max(0, 1 - sum));
}
