/** Whether this device is told when a session needs its owner, and how that is turned on, off and tried. */

import {signal} from '@preact/signals'

import type {Api} from '../lib/api'
import {Newest} from '../lib/newest'
import type {PushState, SubscriptionBody} from '../lib/types'
import {isInstalled, registerWorker} from './install'

/** `install`: an iPhone tells only pages that were added to the home screen. `broken`: it is on, but nothing comes. */
export type Telling = 'unknown' | 'unsupported' | 'install' | 'denied' | 'off' | 'on' | 'broken'

export type QuietHours = NonNullable<SubscriptionBody['quiet']>

/** How often it is looked whether a test has arrived, and after how many milliseconds each. */
const [LOOKS, PAUSE] = [10, 1000]

type Registered = () => Promise<ServiceWorkerRegistration | null>

export class Notifications {
  readonly telling = signal<Telling>('unknown')
  readonly known = signal<PushState | null>(null)
  readonly #api: Api
  readonly #registered: Registered
  readonly #newest = new Newest()

  constructor(api: Api, registered: Registered = whenRegistered) {
    this.#api = api
    this.#registered = registered
  }

  /** Compare what Janus knows with what the browser has; subscribe anew where the browser was given another address. */
  async look(): Promise<void> {
    const manager = await this.#manager()
    if (!manager) return
    const known = await this.#tell(this.#api.push())
    const own = await manager.getSubscription()
    if (!known.subscribed) {
      this.telling.value = 'off'
    } else if (Notification.permission === 'granted' && (known.problem || own?.endpoint !== known.endpoint)) {
      await this.turnOn({contact: known.contact, quiet: known.quiet}).catch(() => (this.telling.value = 'broken'))
    } else {
      this.telling.value = Notification.permission === 'granted' ? 'on' : 'denied'
    }
  }

  /** To be called by a tap: it asks for permission. Throws an ApiError in words for the user. */
  async turnOn({contact, quiet}: {contact: string; quiet: QuietHours | null}): Promise<void> {
    const manager = await this.#manager()
    if (!manager) return
    if ((await Notification.requestPermission()) !== 'granted') {
      this.telling.value = 'denied'
      return
    }
    const {public_key} = this.known.peek() ?? (await this.#tell(this.#api.push()))
    // A subscription for another key, of a Janus that was here before, takes nothing from this one.
    await (await manager.getSubscription())?.unsubscribe()
    const made = await manager.subscribe({userVisibleOnly: true, applicationServerKey: public_key})
    const {endpoint, keys} = made.toJSON()
    const {p256dh = '', auth = ''} = keys ?? {}
    const body: SubscriptionBody = {endpoint: endpoint ?? '', keys: {p256dh, auth}, contact, ...(quiet && {quiet})}
    await this.#tell(this.#api.pushSubscribe(body))
    this.telling.value = 'on'
  }

  async turnOff(): Promise<void> {
    await this.#tell(this.#api.pushUnsubscribe())
    this.telling.value = 'off'
    await (await (await this.#manager())?.getSubscription())?.unsubscribe()
  }

  /** Send a test: what the push service said against it, or whether it arrived within some seconds. */
  async test(pause = PAUSE): Promise<{refused: string} | {arrived: boolean}> {
    const {taken, words, status} = await this.#api.pushTest()
    if (!taken) {
      await this.look()
      return {refused: words || `${status}`}
    }
    for (let look = 0; look < LOOKS; look++) {
      await new Promise(resolve => setTimeout(resolve, pause))
      if ((await this.#tell(this.#api.push())).tested) return {arrived: true}
    }
    return {arrived: false}
  }

  async #tell(answer: Promise<PushState>): Promise<PushState> {
    const counts = this.#newest.ask()
    const known = await answer
    if (counts()) this.known.value = known
    return known
  }

  async #manager(): Promise<PushManager | null> {
    const manager = 'Notification' in globalThis ? (await this.#registered())?.pushManager : undefined
    if (!manager) this.telling.value = isAppleTouch() && !isInstalled() ? 'install' : 'unsupported'
    return manager ?? null
  }
}

/** At the start of a page: where the browser has got another address than Janus knows, Janus is told that. */
export async function compareNotes(api: Api): Promise<void> {
  if ('Notification' in globalThis && Notification.permission === 'granted') await new Notifications(api).look().catch(() => {})
}

async function whenRegistered(): Promise<ServiceWorkerRegistration | null> {
  return (await registerWorker()) && navigator.serviceWorker.ready
}

function isAppleTouch(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1)
}
