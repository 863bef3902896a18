/** `12,345` */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Four significant digits or so, short: `187.3`, `0.01234`, `1.2e-5`; `–` for what is not known yet. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1);
  return size >= 100 ? value.toFixed(1) : String(Number(value.toPrecision(size >= 1 ? 4 : 3)));
}
