/** Asks Janus while the script is still on its way that wants to know: on a slow network, half a second sooner. */

interface Asked {
  answer: Promise<Response>
  patience: AbortController
}

const asked = new Map<string, Asked>()

/** Tells Janus that somebody looks at this page, who need not be called. */
export function inFront(): Record<string, string> {
  return document.visibilityState === 'visible' ? {'X-Janus-Front': '1'} : {}
}

/** Ask for an address that `fetchAhead` will be asked for. */
export function askAhead(url: string): void {
  const patience = new AbortController()
  const answer = fetch(url, {headers: inFront(), signal: patience.signal})
  answer.catch(() => {}) // whoever wants the answer hears of it
  asked.set(url, {answer, patience})
}

/** As `fetch`; what was asked ahead is answered with that, once. */
export const fetchAhead: typeof fetch = (address, init) => {
  const url = String(address)
  const ahead = init?.method === 'GET' ? asked.get(url) : undefined
  if (!ahead) return fetch(address, init)
  asked.delete(url)
  init?.signal?.addEventListener('abort', () => ahead.patience.abort(init.signal?.reason))
  return ahead.answer
}
