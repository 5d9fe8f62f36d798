/** What can go wrong with listening, and what the user can do about it. */

const KEYBOARD = 'You can also use the microphone on your keyboard.'

const WORDS = {
  insecure: `Listening needs a secure connection (https). ${KEYBOARD}`,
  unsupported: `This browser cannot listen. ${KEYBOARD}`,
  broken: 'Listening has not worked on this device. Use the microphone on your keyboard, or try again in the settings.',
  busy: 'The microphone is still busy. Wait a moment, then tap it again.',
  'no-start': `The microphone did not start. ${KEYBOARD}`,
  'no-speech': 'Nothing was heard. Tap the microphone and speak.',
  aborted: 'Something else took the microphone. Tap it to try again.',
  'not-allowed': `This page may not use the microphone. Allow it in the browser's settings for this site. ${KEYBOARD}`,
  'service-not-allowed':
    `Speech recognition is switched off for this app. On an iPhone turn on Settings, General, Keyboard, Dictation. ${KEYBOARD}`,
  network: `Speech recognition cannot reach its service. Check the internet connection. ${KEYBOARD}`,
  'audio-capture': 'No microphone was found, or another app holds it. Close that app, then tap the microphone again.',
  'language-not-supported': 'Speech recognition does not know this language. Choose another one in the settings.',
  kept: 'Janus cannot be reached. What you said is kept on this phone, and understood when it can.',
  unknown: `Listening failed. ${KEYBOARD}`,
}

export type ProblemCode = keyof typeof WORDS

export interface Problem {
  code: ProblemCode
  /** A sentence to show or announce. */
  message: string
  /** Whether another tap on the microphone may help. */
  again: boolean
}

const TRY_AGAIN: ProblemCode[] = ['busy', 'no-speech', 'aborted', 'audio-capture', 'network', 'no-start', 'unknown']

/** The problem for a browser's error code; unfamiliar codes are `unknown`. */
export function problem(reported: string): Problem {
  const code = Object.hasOwn(WORDS, reported) ? (reported as ProblemCode) : 'unknown'
  return {code, message: WORDS[code], again: TRY_AGAIN.includes(code)}
}
