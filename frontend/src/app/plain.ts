/** The beginning of a Markdown text on one line, without the most frequent marks. */
export function plain(markdown: string): string {
  return markdown
    .slice(0, 600)
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[\s>#*+-]+|\*{1,3}|`{1,3}/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160)
}
