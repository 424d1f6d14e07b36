import { makeScale, type Loose, type Place } from '../../../src/figures/svg/scale';

/** Ten pixels a unit: x from left to right, y from 100 upwards. */
export function place(bars: Loose[] = [], mode = 'group', gap = 0): Place {
  const extent = { values: [], reach: 0, zero: false };
  return {
    x: makeScale({ range: [0, 10] }, extent, 0, 100),
    y: makeScale({ range: [0, 10] }, extent, 100, 0),
    bars: { traces: bars, mode, gap },
  };
}
