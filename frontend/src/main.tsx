/** Starts the page: builds the app, and draws its screens. */

import './style/tokens.css'
import './style/base.css'
import './style/sheet.css'
import './style/shell.css'
import './style/list.css'
import './style/composer.css'

import './first'
import {render} from 'preact'

import {registerWorker} from './app/install'
import {makeApp} from './app/make-app'
import {Page} from './screens/page'

const frame = makeApp()
render(<Page {...frame} />, document.getElementById('page')!)

// The worker fetches all files of the page once more: not before what the user waits for.
const free = frame.paired.peek() ? frame.contact : new Promise(loaded => addEventListener('load', loaded))
void free.then(registerWorker)
