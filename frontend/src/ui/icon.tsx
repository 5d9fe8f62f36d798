import {SHAPES} from './icon-shapes'

export type IconName = keyof typeof SHAPES

/** What points along the line of text points the other way where text runs from right to left. */
const DIRECTED: IconName[] = ['arrow-left', 'chevron-left', 'chevron-right', 'log-out', 'send']

/** A drawing in the colour and size of the text around it. It says nothing: words stand beside it. */
export function Icon({name, class: more = ''}: {name: IconName; class?: string}) {
  const classes = `icon ${DIRECTED.includes(name) ? 'icon-directed' : ''} ${more}`
  return (
    <svg class={classes.trim()} viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  )
}
