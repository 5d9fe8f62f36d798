/** Makes the page an app that opens without a network. */

interface TrustedTypes {
  createPolicy(name: string, rules: {createScriptURL(url: string): string}): {createScriptURL(url: string): string}
}

const WORKER = '/sw.js'

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** The one address from which this page may load a script by name. */
export function workerUrl(url: string = WORKER): string {
  const {trustedTypes} = globalThis as {trustedTypes?: TrustedTypes}
  // A second policy of the same name would be refused.
  policy ??= trustedTypes?.createPolicy('janus', {createScriptURL: onlyWorker})
  return policy ? policy.createScriptURL(url) : onlyWorker(url)
}

function onlyWorker(url: string): string {
  if (url !== WORKER) throw new TypeError(`Not a script of this page: ${url}`)
  return url
}

/** Null where there are no service workers, as over plain http, or the certificate is not trusted. */
export async function registerWorker(): Promise<ServiceWorkerRegistration | null> {
  const {serviceWorker} = navigator as Partial<Navigator>
  if (!serviceWorker || !globalThis.isSecureContext) return null
  try {
    return await serviceWorker.register(workerUrl(), {scope: '/'})
  } catch {
    return null
  }
}

/** Whether the page was opened from the home screen. */
export function isInstalled(): boolean {
  const standalone = (navigator as {standalone?: boolean}).standalone // iOS
  return standalone ?? globalThis.matchMedia?.('(display-mode: standalone)').matches ?? false
}
