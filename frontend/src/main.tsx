/** Starts the page: wires what every screen uses, and draws the screens. */

import './style/tokens.css'
import './style/base.css'
import './style/sheet.css'
import './style/shell.css'
import './style/list.css'

import {render} from 'preact'

import {registerWorker} from './app/install'
import {makeApp} from './app/make-app'
import {Page} from './screens/page'

render(<Page {...makeApp()} />, document.getElementById('page')!)

// After the first requests: it fetches the whole page once more.
addEventListener('load', () => void registerWorker())
