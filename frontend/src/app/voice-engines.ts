import type {VoiceState} from '../lib/types'
import type {App} from './app'
import {loadItem, saveItem} from './local-storage'

const NONE: VoiceState = {transcribe: null, speak: null}

/** The voice engines of Janus; without a connection, those it had the last time. */
export async function voiceEngines({api}: Pick<App, 'api'>): Promise<VoiceState> {
  try {
    const engines = await api.spoken.voice()
    saveItem('voice-engines', engines)
    return engines
  } catch {
    return knownVoiceEngines()
  }
}

/** Those it had the last time. */
export function knownVoiceEngines(): VoiceState {
  return loadItem('voice-engines', NONE)
}
