import '../../style/changes.css'

import type {App} from '../../app/app'
import {says} from '../../chat/machine-strings'
import {Icon} from '../../ui/icon'
import {Head} from './head'
import {useKeys} from './keys'
import {words} from './strings'

/** Instead of the files of a session that another machine has. */
export function FilesElsewhere({app, sessionId, name}: {app: App; sessionId: string; name: string}) {
  const leave = () => app.go(`/s/${sessionId}`)
  useKeys({Escape: leave})
  return (
    <div class="work-screen">
      <Head title={says.elsewhere.title(name)} hint="" back={words.back} onBack={leave} />
      <div class="work-body">
        <div class="work-column stack">
          <p class="note note-quiet"><Icon name="monitor" /><span>{says.elsewhere.text(name)}</span></p>
          {!app.readOnly.value && <p class="hint">{says.elsewhere.ask}</p>}
        </div>
      </div>
    </div>
  )
}
