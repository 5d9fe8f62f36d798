import {effect, signal, type Signal} from '@preact/signals'

import type {Preferences} from './app'
import {loadItem, saveItem} from './local-storage'

/** How the names of these begin. */
export const LIKE = 'like.'

export const THEMES = ['auto', 'light', 'dark'] as const
export const TEXT_SIZES = ['normal', 'large', 'larger'] as const
export const HANDS = ['left', 'right'] as const
export const TONGUES = ['', 'en', 'de'] as const
export const ENGINES = ['auto', 'browser', 'janus'] as const

/** Load the preferences; every later change is stored at once. */
export function loadPreferences(): Preferences {
  return {
    theme: oneOf('theme', THEMES, 'auto'),
    textSize: oneOf('text-size', TEXT_SIZES, 'normal'),
    hand: oneOf('hand', HANDS, 'right'),
    enterSends: stored('enter-sends', true),
    letterKeys: stored('letter-keys', true),
    readAloud: stored('read-aloud', false),
    rate: stored('rate', 1.1),
    voice: stored('voice', ''),
    hears: oneOf('hears', ENGINES, 'auto'),
    speaks: oneOf('speaks', ENGINES, 'auto'),
    drivesIn: oneOf('drives-in', TONGUES, ''),
    sounds: stored('sounds', true),
    vibration: stored('vibration', true),
    stayAwake: stored('stay-awake', false),
  }
}

/** Apply the preferences to the page, now and whenever they change. */
export function showPreferences({theme, textSize, hand}: Preferences): void {
  const {dataset} = document.documentElement
  effect(() => {
    dataset.theme = theme.value
    // The browser's bar follows the system by itself, but not a choice made here.
    const metas = document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')
    for (const [index, meta] of [...metas].entries()) {
      const system = ['(prefers-color-scheme: light)', '(prefers-color-scheme: dark)'][index] ?? ''
      const chosen = index === THEMES.indexOf(theme.value) - 1 ? 'all' : 'not all'
      meta.media = theme.value === 'auto' ? system : chosen
    }
  })
  effect(() => void (dataset.text = textSize.value))
  effect(() => void (dataset.hand = hand.value))
}

/** A value stored by an older page may no longer be among the choices. */
function oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T): Signal<T> {
  return stored(name, otherwise, value => choices.includes(value))
}

function stored<T>(name: string, otherwise: T, valid = sameTypeAs(otherwise)): Signal<T> {
  const was = loadItem<T>(LIKE + name, otherwise)
  const value = signal(valid(was) ? was : otherwise)
  let first = true
  effect(() => {
    const now = value.value
    if (!first) saveItem(LIKE + name, now)
    first = false
  })
  return value
}

function sameTypeAs<T>(example: T): (value: T) => boolean {
  return value => typeof value === typeof example
}
