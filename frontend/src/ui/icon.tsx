import {SHAPES} from './icon-shapes'

export type IconName = keyof typeof SHAPES

/** Icons that point along the text, and are mirrored where it runs from right to left. */
const DIRECTED: IconName[] = ['arrow-left', 'chevron-left', 'chevron-right', 'log-out', 'send']

/** An icon in the colour and size of the surrounding text; hidden from screen readers, which get words. */
export function Icon({name, class: more = ''}: {name: IconName; class?: string}) {
  const classes = `icon ${DIRECTED.includes(name) ? 'icon-directed' : ''} ${more}`
  return (
    <svg class={classes.trim()} viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  )
}
