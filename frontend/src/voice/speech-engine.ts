/** The part of the Web Speech API that is used here. */

export type Result = ArrayLike<{transcript: string; confidence?: number}> & {isFinal?: boolean}

export interface SpeechEngine {
  lang: string
  continuous: boolean
  interimResults: boolean
  maxAlternatives: number
  /** The sound stays on the device. Only newer browsers have it. */
  processLocally?: boolean
  onstart: (() => void) | null
  onresult: ((event: {results: ArrayLike<Result>}) => void) | null
  onerror: ((event: {error: string}) => void) | null
  onend: (() => void) | null
  start(): void
  stop(): void
  abort(): void
}

export interface SpeechEngineClass {
  new (): SpeechEngine
  /** Only newer browsers have it. */
  available?(wanted: {langs: string[]; processLocally: boolean}): Promise<string>
}
