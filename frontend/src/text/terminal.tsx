/** What a program printed, with its colours. */
import {ansiSpans} from './ansi'

export function TerminalText({text}: {text: string}) {
  return <>{ansiSpans(text).map(({text: piece, classes}, index) => (classes ? <span key={index} class={classes}>{piece}</span> : piece))}</>
}
