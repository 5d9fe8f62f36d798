/** The buttons of a headset or a car. They are routed to a page only while it plays something: silence. */

export interface Buttons {
  talk(): void
  next(): void
  repeat(): void
}

const RATE = 8000

/** Play silence during a tap, and listen to the buttons; returns a function that stops it. */
export function listenToHeadset(title: string, {talk, next, repeat}: Buttons): () => void {
  const {mediaSession} = navigator as Partial<Navigator>
  if (!mediaSession || typeof MediaMetadata === 'undefined') return () => {}
  const address = URL.createObjectURL(silence())
  const audio = new Audio(address)
  audio.loop = true
  const handlers: [MediaSessionAction, () => void][] = [
    ['play', talk], ['pause', talk], ['nexttrack', next], ['previoustrack', repeat],
  ]
  const handle = () => {
    for (const [action, then] of handlers) mediaSession.setActionHandler(action, then)
  }
  mediaSession.metadata = new MediaMetadata({title})
  handle()
  // Some browsers forget them when it begins.
  audio.addEventListener('playing', handle)
  audio.play().catch(() => {})
  return () => {
    audio.pause()
    audio.removeAttribute('src')
    URL.revokeObjectURL(address)
    for (const [action] of handlers) mediaSession.setActionHandler(action, null)
    mediaSession.metadata = null
  }
}

/** A second of it, as a WAV file. */
function silence(): Blob {
  const file = new DataView(new ArrayBuffer(44 + RATE))
  const text = (at: number, words: string) => [...words].forEach((letter, index) => file.setUint8(at + index, letter.charCodeAt(0)))
  text(0, 'RIFF')
  file.setUint32(4, 36 + RATE, true)
  text(8, 'WAVEfmt ')
  for (const [at, value] of [[16, 16], [24, RATE], [28, RATE], [40, RATE]] as const) file.setUint32(at, value, true)
  for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]] as const) file.setUint16(at, value, true)
  text(36, 'data')
  for (let at = 44; at < file.byteLength; at++) file.setUint8(at, 128)
  return new Blob([file.buffer], {type: 'audio/wav'})
}
