/** The addresses an agent may turn into links. Its text is not trusted: it may repeat what a web page told it. */
import {decodeEntities} from './entities'

/**
 * The address to use, or null when it must stay plain text.
 *
 * An allowlist. Control characters go first: browsers drop tabs and line breaks
 * inside an address, so `java\tscript:` and `/\n/evil.example` are not what they look like.
 */
export function safeHref(written: string): string | null {
  const href = decodeEntities(written).trim()
  if (/[\u0000-\u001f\u007f-\u009f]/.test(href)) return null
  return /^(?:https?:\/\/[^\s/\\]|mailto:[^\s:]|#|\/(?![/\\]))/i.test(href) ? href : null
}
