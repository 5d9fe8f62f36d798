/** Bytes as people say them. */
export function sizeOf(bytes: number): string {
  const [count, unit] = bytes < 1000 ? [bytes, 'byte'] : bytes < 1_000_000 ? [bytes / 1000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte']
  const digits = count < 10 && unit === 'megabyte' ? 1 : 0
  return new Intl.NumberFormat(undefined, {style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits}).format(count)
}
