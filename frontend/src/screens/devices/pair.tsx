import {base} from '../../lib/base'
import {useEffect, useRef, useState} from 'preact/hooks'

import {isInstalled} from '../../app/install'
import type {Frame} from '../../app/make-app'
import {asCode, deviceName} from '../../app/names'
import {words} from '../../app/strings'
import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'

const says = words.pairing
const LENGTH = 11 // two halves and a dash

/** Pairing: shown on devices the server does not know. */
export function Pair({app, code, atOnce, signIn, paired}: Frame) {
  const scanned = code.value !== ''
  const [typed, setTyped] = useState(() => asCode(code.value))
  const [name, setName] = useState(() => deviceName(navigator.userAgent, navigator.maxTouchPoints))
  const [short, setShort] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const task = useTask()
  const wait = useWait(Number(task.error?.details.retry_after) || 0)

  // A code may be scanned while the page is open.
  useEffect(() => {
    if (code.value) setTyped(asCode(code.value))
  }, [code.value])

  const pair = async (event?: Event) => {
    event?.preventDefault()
    setShort(typed.length < LENGTH)
    const device = typed.length < LENGTH ? task.reset() : await task.run(() => app.api.pair(typed, name.trim()))
    if (!device) {
      // Where it has to be put right, whatever the user has tapped.
      field.current?.focus()
      field.current?.select()
      return
    }
    signIn(device)
    app.announce(says.paired)
  }

  useEffect(() => {
    if (atOnce) void pair()
  }, [])

  return (
    <main class="pair">
      <img class="pair-logo" src={`${base}/icon.svg`} alt="" width="88" height="88" />
      <h1>{says.title}</h1>
      {scanned ? (
        <p>{says.scanned}</p>
      ) : (
        <p>
          {isInstalled() ? says.installed : `${says.text} ${says.how}`} <code class="inline-code" dir="ltr" translate={false}>janus pair</code>{isInstalled() ? says.thenType : says.thenScan}
        </p>
      )}
      <form class="stack" onSubmit={pair} noValidate>
        <div class="field">
          <label for="code">{says.code}</label>
          <input
            ref={field}
            id="code"
            class="input pair-code"
            dir="ltr"
            value={typed}
            onInput={event => {
              setTyped((event.currentTarget.value = asCode(event.currentTarget.value)))
              setShort(false)
              if (!wait) task.reset()
            }}
            autocomplete="one-time-code"
            autocapitalize="characters"
            spellcheck={false}
            enterkeyhint="go"
            placeholder="XXXXX-XXXXX"
            aria-invalid={short || task.error !== null}
            aria-describedby="code-hint"
          />
          <div id="code-hint">
            {task.error ? <Failure error={task.error} /> : <p class={short ? 'hint wrong-ink' : 'hint'}>{short ? says.codeShort : says.codeHint}</p>}
          </div>
        </div>
        <div class="field">
          <label for="device">{says.name}</label>
          <input
            id="device"
            class="input"
            dir="auto"
            value={name}
            maxLength={40}
            onInput={event => setName(event.currentTarget.value)}
            autocomplete="off"
            aria-describedby="device-hint"
          />
          <p id="device-hint" class="hint">{says.nameHint}</p>
        </div>
        <button class="button button-main button-thumb" disabled={task.busy || wait > 0}>
          <Icon name={task.slow ? 'loader-circle' : 'key-round'} class={task.slow ? 'icon-spin' : ''} />
          {wait > 0 ? says.wait(wait) : task.busy ? says.busy : says.pair}
        </button>
        {paired.value && (
          <button type="button" class="button" onClick={() => (code.value = '')}>{words.cancel}</button>
        )}
      </form>
    </main>
  )
}

/** Count down from *seconds*; the seconds left. */
function useWait(seconds: number): number {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    setLeft(seconds)
    if (!seconds) return
    const until = Date.now() + seconds * 1000
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((until - Date.now()) / 1000))
      setLeft(now)
      if (!now) clearInterval(timer)
    }, 1000)
    return () => clearInterval(timer)
  }, [seconds])
  return left
}
