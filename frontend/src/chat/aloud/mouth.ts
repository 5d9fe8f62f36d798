/** The mouth of this page: the browser's voice, or that of Janus, as the owner of the phone prefers. */
import {effect} from '@preact/signals'

import type {App} from '../../app/app'
import type {VoiceState} from '../../lib/types'
import {Speaker} from '../../voice/speaker'
import {BrowserMouth} from '../../voice/audio'
import {ChosenMouth} from '../../voice/chosen'
import {JanusMouth} from '../../voice/janus-mouth'

interface Wants {
  /** A BCP 47 tag. */
  language: string
  /** The engines of Janus, as far as is known. */
  engines: () => Partial<VoiceState>
  /** Told why nothing can be heard. */
  complain: (problem: string) => void
  /** Told that something waits for a connection to be said, and that it waits no more. */
  waits?: (waits: boolean) => void
  /** What is said without a connection, too. */
  standing?: readonly string[]
}

export type PageMouth = ReturnType<typeof makeMouth>

export function makeMouth({preferences, api, connection}: App, {language, engines, complain, waits, standing}: Wants) {
  const {rate, voice, speaks} = preferences
  const speaker = new Speaker()
  speaker.lang = language
  const browser = new BrowserMouth(speaker, problem => (speaker.supported || !engines().speak) && complain(problem))
  const janus = new JanusMouth({
    fetch: text => api.spoken.speak(text, language.slice(0, 2).toLowerCase()),
    link: connection.link,
    complain,
    waits,
    standing,
    instead: () => (speaker.supported ? browser : undefined),
  })
  const mouth = new ChosenMouth({
    browser,
    janus: () => (engines().speak ? janus : undefined),
    preferred: () => speaks.peek(),
    works: () => speaker.supported,
  })
  const end = effect(() => {
    speaker.voice = voice.value
    speaker.rate = janus.rate = rate.value
  })
  return {
    mouth,
    get rate() {
      return speaker.rate
    },
    set rate(rate: number) {
      speaker.rate = janus.rate = rate
    },
    get volume() {
      return speaker.volume
    },
    set volume(volume: number) {
      speaker.volume = janus.volume = volume
    },
    get supported() {
      return speaker.supported || Boolean(engines().speak)
    },
    /** Call it during a tap: without one, phones are silent. */
    prime() {
      speaker.prime()
      // As long as it is not known whether Janus has a voice, it may have one.
      if (engines().speak !== null) janus.prime()
    },
    /** May be called twice. */
    close() {
      end()
      speaker.stop()
      janus.stop()
    },
  }
}
