/** The path below which the page lies: that of a proxy, such as `/janus`; nothing where there is none. */
export const base = new URL(document.baseURI).pathname.replace(/\/[^/]*$/, '')

/** A name in what the browser keeps for all of this origin, where another Janus may be below another path. */
export function ours(name: string): string {
  return base ? `${base}:${name}` : name
}
