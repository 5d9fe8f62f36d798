/** Starts the page: builds the app, and draws its screens. */

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

// Not before the page has loaded: the worker fetches all of its files once more.
addEventListener('load', () => void registerWorker())
