/** Dictation into a field, understood by Janus. */
import type {Link} from '../lib/link'
import type {SpokenApi} from '../lib/spoken-api'
import {OpenMicrophone} from './open-microphone'
import {RecordingRecognizer} from './recording-recognizer'
import {Recordings} from './recordings'

/** *onLate* is given what was said here without a connection, when it is understood. */
export function makeDictation(api: SpokenApi, link: Link, where: {sessionId: string; language: string}, onLate: (text: string) => void) {
  const microphone = new OpenMicrophone()
  const recordings = new Recordings(api, link)
  const about = () => ({...where, use: 'composer' as const})
  const recognizer = new RecordingRecognizer(microphone, recordings, {about, endsAtPause: true, supported: OpenMicrophone.supported})
  const end = recordings.onLate(({use, sessionId}) => use === 'composer' && sessionId === where.sessionId, (_, text) => onLate(text))
  return {
    recognizer,
    close() {
      end()
      recognizer.abort()
      microphone.end()
    },
  }
}
