import {useState} from 'preact/hooks'

import type {App} from '../../app/app'
import {asText, capabilities} from './capabilities'
import {copyText} from '../../text/code-block'
import {Icon} from '../../ui/icon'
import {says as devices} from '../devices/strings'
import {says as all} from './strings'

const says = all.diagnostics

/** What this browser can do, as a table that can be copied for whoever helps. */
export function Diagnostics({app}: {app: App}) {
  const [known] = useState(capabilities)
  const [outcome, setOutcome] = useState('')
  const copy = async () => {
    const copied = (await copyText(asText(known))) ? devices.copied : devices.notCopied
    setOutcome(copied)
    app.announce(copied)
  }
  return (
    <>
      <p class="hint">{says.hint}</p>
      <table class="card capabilities">
        <thead><tr><th scope="col">{says.what}</th><th scope="col">{says.can}</th></tr></thead>
        <tbody>
          {known.map(({name, ok, note}) => (
            <tr key={name}>
              <th scope="row">{name}{note && <small>{note}</small>}</th>
              <td class={ok ? 'good-ink' : ''}>
                <Icon name={ok ? 'check' : 'x'} /> {ok ? says.yes : says.no}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon name="copy" /> {outcome || says.copy}
      </button>
    </>
  )
}
