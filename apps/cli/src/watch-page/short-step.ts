/** `250k`, `1.5M`; numbers below ten thousand are whole. */
export function shortStep(step: number): string {
  if (step >= 1e6) return `${Number((step / 1e6).toPrecision(4))}M`;
  return step >= 1e4 ? `${Number((step / 1e3).toPrecision(4))}k` : String(step);
}
