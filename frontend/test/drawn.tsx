/** Draws vnodes into a jsdom page, and takes them away after the test. */
import {render, type ComponentChild} from 'preact'
import {afterEach} from 'vitest'

const roots: HTMLElement[] = []

export function draw(node: ComponentChild, root = document.createElement('main')): HTMLElement {
  if (!root.isConnected) document.body.append(root)
  roots.push(root)
  render(node, root)
  return root
}

afterEach(() => {
  for (const root of roots.splice(0)) {
    render(null, root)
    root.remove()
  }
})
