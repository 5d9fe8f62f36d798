/** Coloured code, line by line. */

import {cloneElement, isValidElement, type ComponentChild, type VNode} from 'preact'

/** Elements and text as lines: what spans several of them is in each. */
export function linesOf(nodes: readonly ComponentChild[]): ComponentChild[][] {
  const lines: ComponentChild[][] = [[]]
  for (const node of nodes) {
    const parts = isValidElement(node) ? inside(node as VNode<{children?: ComponentChild | ComponentChild[]}>) : String(node ?? '').split('\n').map(text => (text ? [text] : []))
    parts.forEach((part, index) => {
      if (index > 0) lines.push([])
      lines.at(-1)!.push(...part)
    })
  }
  return lines
}

function inside(node: VNode<{children?: ComponentChild | ComponentChild[]}>): ComponentChild[][] {
  const {children} = node.props
  const all = Array.isArray(children) ? children : [children]
  return linesOf(all).map(line => (line.length ? [cloneElement(node, {}, ...line)] : []))
}
