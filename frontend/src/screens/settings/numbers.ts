/** The numbers of Janus as a Prometheus server reads them. */

/** Finds the samples of one name, and adds up those that carry these labels. */
export type Sum = (name: string, labels?: Record<string, string>) => number

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

export function sums(text: string): Sum {
  const samples = text.split('\n').flatMap(line => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    return name ? [{name, labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, of]) => [key, of])), value: Number(value)}] : []
  })
  return (name, labels = {}) =>
    samples
      .filter(it => it.name === name && Object.entries(labels).every(([key, of]) => it.labels[key] === of))
      .reduce((sum, it) => sum + it.value, 0)
}

/** What a histogram says on average; null before the first. */
export function average(sum: Sum, name: string): number | null {
  const count = sum(`${name}_count`)
  return count ? sum(`${name}_sum`) / count : null
}
