/** 1, 2 or 5 times a power of ten, at least `raw`: a distance of marks on an axis. */
export function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw || 1));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
}
