/** Installing the page as an app that opens without a network. */
import {base} from '../lib/base'

interface TrustedTypes {
  createPolicy(name: string, rules: {createScriptURL(url: string): string}): {createScriptURL(url: string): string}
}

const WORKER = `${base}/sw.js`

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** The only script address this page may hand to the browser: that of the service worker. */
export function workerUrl(url: string = WORKER): string {
  const {trustedTypes} = globalThis as {trustedTypes?: TrustedTypes}
  // Creating a second policy of the same name would be refused.
  policy ??= trustedTypes?.createPolicy('janus', {createScriptURL: onlyWorker})
  return policy ? policy.createScriptURL(url) : onlyWorker(url)
}

function onlyWorker(url: string): string {
  if (url !== WORKER) throw new TypeError(`Not a script of this page: ${url}`)
  return url
}

/** Register the service worker; null over plain http, or where the certificate is not trusted. */
export async function registerWorker(): Promise<ServiceWorkerRegistration | null> {
  const {serviceWorker} = navigator as Partial<Navigator>
  if (!serviceWorker || !globalThis.isSecureContext) return null
  try {
    return await serviceWorker.register(workerUrl(), {scope: `${base}/`})
  } catch {
    return null
  }
}

/** Whether the page was opened from the home screen. */
export function isInstalled(): boolean {
  const standalone = (navigator as {standalone?: boolean}).standalone // iOS
  return standalone ?? globalThis.matchMedia?.('(display-mode: standalone)').matches ?? false
}
