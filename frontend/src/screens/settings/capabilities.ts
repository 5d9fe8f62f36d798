/** What this browser can do here: over plain http much is missing, or present but not working. */

import {isInstalled} from '../../app/install'

export interface Capability {
  name: string
  ok: boolean
  /** What it is needed for, or a detail. */
  note: string
}

/** Checked at each call; requests no permission. */
export function capabilities(): Capability[] {
  const page = globalThis as unknown as Record<string, unknown>
  const browser = navigator as unknown as Record<string, unknown>
  const secure = globalThis.isSecureContext === true
  const has = (name: string) => typeof page[name] === 'function'
  const can = (name: string) => browser[name] !== undefined
  const listens = has('SpeechRecognition') || has('webkitSpeechRecognition')
  const notifications = has('Notification') ? Notification.permission : 'none'
  return [
    {name: 'Secure connection', ok: secure, note: `${location.protocol}//, for most of what follows`},
    {name: 'Live answers (EventSource)', ok: has('EventSource'), note: ''},
    {name: 'Keeping unsent messages (IndexedDB)', ok: page.indexedDB != null, note: ''},
    {name: 'Keeping settings (localStorage)', ok: canStore(), note: ''},
    {name: 'Listening (SpeechRecognition)', ok: secure && listens, note: listens && !secure ? 'needs https' : ''},
    {name: 'Microphone (mediaDevices)', ok: can('mediaDevices'), note: ''},
    {name: 'Speaking (speechSynthesis)', ok: 'speechSynthesis' in globalThis, note: voices()},
    {name: 'Sounds (AudioContext)', ok: has('AudioContext'), note: ''},
    {name: 'Opens without a network (service worker)', ok: secure && can('serviceWorker'), note: ''},
    {name: 'Notifications', ok: secure && notifications !== 'none' && notifications !== 'denied', note: notifications},
    {name: 'Push', ok: secure && has('PushManager'), note: ''},
    {name: 'Screen stays on (wake lock)', ok: can('wakeLock'), note: ''},
    {name: 'Badge on the icon', ok: can('setAppBadge'), note: ''},
    {name: 'Vibration', ok: can('vibrate'), note: ''},
    {name: 'Sharing', ok: can('share'), note: ''},
    {name: 'Clipboard', ok: can('clipboard'), note: can('clipboard') ? '' : 'an older method is used'},
    {name: 'Random ids (randomUUID)', ok: typeof globalThis.crypto?.randomUUID === 'function', note: ''},
    {name: 'Opened from the home screen', ok: isInstalled(), note: ''},
  ]
}

/** The table as text, to be sent to somebody. */
export function asText(all: Capability[]): string {
  const lines = all.map(({name, ok, note}) => `${ok ? 'yes' : 'no '}  ${name}${note && ` (${note})`}`)
  const size = `${innerWidth} × ${innerHeight}, ${devicePixelRatio} ×`
  return [...lines, '', navigator.userAgent, size, navigator.language].join('\n')
}

function canStore(): boolean {
  try {
    return localStorage !== null
  } catch {
    return false
  }
}

function voices(): string {
  const count = globalThis.speechSynthesis?.getVoices().length
  return count ? `${count} voices` : ''
}
