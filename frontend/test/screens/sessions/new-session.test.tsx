import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {keepChoice, loadChoice, wishesOf} from '../../../src/app/choice'
import type {Frame} from '../../../src/app/make-app'
import {HomeComposer} from '../../../src/screens/sessions/home-composer'
import {NewSession} from '../../../src/screens/sessions/new-session'
import {aFleet} from '../../fakes'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

const AGENTS = ['demo', 'cursor-agent'].map(name => ({name, label: name, available: true, version: '1', protocol: 'acp', problem: null, install: '', login: '', options: []}))

function frameOf() {
  const {app, spies} = fakeApp()
  const add = vi.spyOn(app.outbox, 'add').mockImplementation(async () => ({}) as never)
  spies.agents.value = AGENTS as never
  const projects = signal(['shop', 'site'].map(name => ({project_id: name, name, path: `/${name}`, problem: null, changed_files: 0})))
  const frame = {app, projects, choice: loadChoice(), refreshServerInfo: vi.fn()} as unknown as Frame
  return {frame, app, spies, add}
}

function drawn(node: Parameters<typeof draw>[0]): HTMLElement {
  let page!: HTMLElement
  void act(() => void (page = draw(node)))
  return page
}

async function write(field: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> {
  await act(async () => {
    field.value = text
    field.dispatchEvent(new Event('input', {bubbles: true}))
  })
}

it('starts a session with its first words at once, wherever Janus is', async () => {
  const {frame, spies, add} = frameOf()
  const page = drawn(<HomeComposer frame={frame} />)
  await write(page.querySelector('textarea')!, '  Fix the login ')
  await act(async () => page.querySelector<HTMLButtonElement>('[aria-label="Start"]')!.click())

  const [said] = add.mock.calls[0]!
  expect(said).toEqual({sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, text: 'Fix the login', start: {isolated: false}})
  expect(spies.go).toHaveBeenCalledWith(`/s/${said.sessionId}`)
  expect(page.querySelector('textarea')!.value).toBe('')
})

it('starts as it was chosen, and remembers that without the name of the work', async () => {
  const {frame, add} = frameOf()
  const choices = drawn(<NewSession frame={frame} />)
  await act(async () => choices.querySelectorAll<HTMLInputElement>('input[name="agent"]')[1]!.click())
  await act(async () => choices.querySelectorAll<HTMLInputElement>('input[name="place"]')[1]!.click())
  await act(async () => {
    const select = choices.querySelector<HTMLSelectElement>('#project')!
    select.value = 'site'
    select.dispatchEvent(new Event('change', {bubbles: true}))
  })
  await write(choices.querySelector<HTMLInputElement>('#work')!, 'mend login')

  const page = drawn(<HomeComposer frame={frame} />)
  await write(page.querySelector('textarea')!, 'Mend it')
  await act(async () => page.querySelector<HTMLButtonElement>('[aria-label="Start"]')!.click())

  expect(add.mock.lastCall![0].start).toEqual({agent: 'cursor-agent', project_id: 'site', isolated: true, name: 'mend-login'})
  expect(loadChoice().peek()).toEqual({agent: 'cursor-agent', project: 'site', machine: '', own: true, options: {}, name: '', branch: ''})
})

it('asks for nothing that is gone', async () => {
  const {frame, add} = frameOf()
  frame.choice.value = {agent: 'removed', project: 'gone', machine: 'left', own: false, options: {}, name: '', branch: 'kept'}
  const page = drawn(<HomeComposer frame={frame} />)
  await write(page.querySelector('textarea')!, 'Hello')
  await act(async () => page.querySelector<HTMLButtonElement>('[aria-label="Start"]')!.click())
  expect(add.mock.lastCall![0].start).toEqual({isolated: false})
})

it('starts on another machine that is chosen, also while that sleeps, and remembers it', async () => {
  const {frame, spies, add} = frameOf()
  aFleet(spies.fleet, {agents: ['demo']})
  const page = drawn(<HomeComposer frame={frame} />)
  const chip = page.querySelector<HTMLSelectElement>('[aria-label="New session on"]')!
  expect([...chip.options].map(it => it.text)).toEqual(['home', expect.stringMatching(/^laptop, asleep since /) as string])
  expect(page.querySelector('[aria-label="Project"]')).not.toBeNull()
  await act(async () => {
    chip.value = 'm1'
    chip.dispatchEvent(new Event('change', {bubbles: true}))
  })
  expect(page.querySelector('[aria-label="Project"]')).toBeNull()
  await write(page.querySelector('textarea')!, 'Hello')
  await act(async () => page.querySelector<HTMLButtonElement>('[aria-label="Start"]')!.click())

  expect(add.mock.lastCall![0].start).toEqual({machine: 'm1', isolated: false})
  expect(loadChoice().peek().machine).toBe('m1')
})

it('an existing branch needs a branch of its own', () => {
  const choice = signal({agent: '', project: '', machine: '', own: true, options: {}, name: '', branch: ' fix '})
  expect(wishesOf(choice.value)).toEqual({isolated: true, branch: 'fix'})
  keepChoice(choice)
  expect(choice.value.branch).toBe('')
})

it('chooses the model and the mode of an agent that offers them, as the last time', async () => {
  const {frame, spies, add} = frameOf()
  const models = [{value: 'small', name: 'Small'}, {value: 'large', name: 'Large'}]
  const options = [
    {id: 'model', name: 'Model', category: 'model', choices: models},
    {id: 'mode', name: 'Mode', category: 'mode', choices: models.slice(0, 1)},
    {id: 'effort', name: 'Effort', category: 'thought_level', choices: models},
  ]
  spies.agents.value = AGENTS.map(agent => (agent.name === 'demo' ? agent : {...agent, options})) as never
  const page = drawn(<HomeComposer frame={frame} />)
  const labels = () => [...page.querySelectorAll('.chips select')].map(it => it.getAttribute('aria-label'))
  const choose = async (label: string, value: string) =>
    act(async () => {
      const select = page.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`)!
      select.value = value
      select.dispatchEvent(new Event('change', {bubbles: true}))
    })
  expect(labels()).toEqual(['Agent', 'Project'])

  await choose('Agent', 'cursor-agent')
  expect(labels()).toEqual(['Agent', 'Model', 'Project'])
  await choose('Model', 'large')
  await write(page.querySelector('textarea')!, 'Mend it')
  await act(async () => page.querySelector<HTMLButtonElement>('[aria-label="Start"]')!.click())

  expect(add.mock.lastCall![0].start).toMatchObject({agent: 'cursor-agent', options: {model: 'large'}})
  expect(loadChoice().peek().options).toEqual({'cursor-agent': {model: 'large'}})

  spies.agents.value = AGENTS.map(agent => ({...agent, options: [{...options[0], choices: [...models.slice(0, 1), {value: 'new', name: 'New'}]}]})) as never
  await write(page.querySelector('textarea')!, 'Again')
  await act(async () => page.querySelector<HTMLButtonElement>('[aria-label="Start"]')!.click())
  expect(add.mock.lastCall![0].start).not.toHaveProperty('options')
})
