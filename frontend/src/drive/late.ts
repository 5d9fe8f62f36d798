import type {KeptSpeech} from '../voice/speech-store'
import {commandOf} from './commands'
import type {DriverParts} from './parts'

/** Send what was said without a connection, and is understood only now. An answer, or what was for the page, comes too late. */
export async function sendLate({janus, cue, language}: DriverParts, {id, sessionId, use}: KeptSpeech, text: string): Promise<void> {
  if (use === 'answer' || janus.readOnly || commandOf(text, language)) return
  await (sessionId ? janus.send(sessionId, text, id) : janus.begin('', text).sent)
  cue('sent')
}
