import {signal} from '@preact/signals'
import type {ComponentType} from 'preact'
import {useEffect, useState} from 'preact/hooks'

import {schedule} from './schedule'
import {usePaced} from './pace'

interface Props {
  text: string
  streaming: boolean
}

const Markdown = signal<ComponentType<Props> | null>(null)
let loading = false
/** One sample of each kind of markup: patterns are compiled at first use, which is noticeable on a slow phone. */
const KINDS = ['# a', '- a\n- [ ] b', '```c\na\n```', '*a* **b** `c` [d](e) ~f~ <g> h@i.j', '|a|\n|-|\n|b|', '> a\n\n---']

/** Fetch the code that draws Markdown. Until then, and where that fails, the source is shown. */
export function loadMarkdown(): void {
  if (loading) return
  loading = true
  import('../../text/markdown').then(
    ({Markdown: View, MarkdownStream}) => {
      Markdown.value = View
      for (const text of KINDS) schedule(() => new MarkdownStream().set(text, true))
    },
    () => (loading = false),
  )
}

/** An agent's text, drawn as Markdown; old messages are drawn when there is nothing else to do. */
export function MessageText({text, streaming}: Props) {
  const View = Markdown.value
  const [turn, setTurn] = useState(streaming)
  useEffect(() => (turn || !View ? undefined : schedule(() => setTurn(true))), [View, turn])
  if (View && (turn || streaming)) return <Paced View={View} text={text} streaming={streaming} />
  return <div class="md md-plain" dir="auto">{text}</div>
}

function Paced({View, text, streaming}: Props & {View: ComponentType<Props>}) {
  const now = usePaced(text)
  return <View text={now} streaming={streaming || now.length < text.length} />
}
