/** Runs before the script of the page is there, and asks for what that would ask for. */

import {loadItem} from './app/local-storage'
import {parse} from './app/route'
import {askAhead} from './lib/ahead'
import {base} from './lib/base'

const opened = parse(location.hash)
if (loadItem('admission', null)) {
  if (opened.screen === 'chat') {
    askAhead(`${base}/api/state?session_id=${opened.sessionId}`)
    for (const code of [import('./screens/chat/chat'), import('./text/markdown')]) code.catch(() => {}) // asked for anew
  }
  askAhead(`${base}/api/sessions`)
}
