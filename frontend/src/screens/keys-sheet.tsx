import type {App} from '../app/app'
import {words} from '../app/strings'
import {Sheet} from '../ui/sheet'
import {Switch} from '../ui/switch'

const MAC = /Mac|iPhone|iPad/.test(navigator.platform)

/** All keys, and a switch for those that are single letters. */
export function KeysSheet({app, onClose}: {app: App; onClose: () => void}) {
  return (
    <Sheet title={words.keys.title} onClose={onClose}>
      <div class="stack">
        <dl class="keys">
          {words.keys.all(MAC ? '⌘' : 'Ctrl').map(([keys, does]) => (
            <div key={keys}>
              <dt>{keys.split(' ').map(key => <kbd key={key}>{key}</kbd>)}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <div class="card choices">
          <Switch title={words.keys.letters} hint={words.keys.lettersHint} value={app.preferences.letterKeys} />
        </div>
      </div>
    </Sheet>
  )
}
