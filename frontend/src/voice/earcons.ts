/** Short tones for when nobody looks at the screen. */

export type Earcon = 'listening' | 'heard' | 'sent' | 'working' | 'needs-you' | 'done' | 'lost' | 'back' | 'error'

/** Hertz, in order. Rising is good, falling is bad, a repeated tone asks for something. */
const TONES: Record<Earcon, number[]> = {
  listening: [660, 880],
  heard: [660],
  sent: [880],
  working: [440],
  'needs-you': [784, 784, 1047],
  done: [660, 784, 988],
  lost: [494, 392, 330],
  back: [330, 392, 494],
  error: [330, 262],
}
const LENGTH = 0.11
const GAP = 0.03
const VOLUME = 0.12

export class Earcons {
  muted = false
  readonly #make: () => AudioContext | null
  #context: AudioContext | null = null

  constructor(make: () => AudioContext | null = () => ('AudioContext' in globalThis ? new AudioContext() : null)) {
    this.#make = make
  }

  /** Call it during a tap: browsers allow no sound before one. May be called often. */
  prime(): void {
    this.#context ??= this.#make()
    // iOS suspends it during calls, and whenever the page is hidden.
    if (this.#context && this.#context.state !== 'running') this.#context.resume().catch(() => {})
  }

  play(earcon: Earcon): void {
    if (this.muted) return
    this.prime()
    const context = this.#context
    // A tone delayed until the next tap would mean nothing any more.
    if (!context || context.state === 'suspended') return
    TONES[earcon].forEach((hertz, index) => tone(context, hertz, context.currentTime + index * (LENGTH + GAP)))
  }
}

function tone(context: AudioContext, hertz: number, start: number): void {
  const oscillator = context.createOscillator()
  const volume = context.createGain()
  oscillator.frequency.value = hertz
  // Fade in and out, or it clicks.
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(VOLUME, start + 0.015)
  volume.gain.linearRampToValueAtTime(0, start + LENGTH)
  oscillator.connect(volume).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(start + LENGTH)
}
