import {computed, signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import type {Frame} from '../../../src/app/make-app'
import {ApiError} from '../../../src/lib/api'
import {AddProject} from '../../../src/screens/projects/add-project'
import {FromTheTerminal} from '../../../src/screens/projects/terminal'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

function frameOf(api: object) {
  const {app} = fakeApp()
  Object.assign(app.api, api)
  const projects = signal([{project_id: 'shop', name: 'shop', path: '/shop', problem: null}])
  return {app, projects, project: computed(() => undefined), refreshProjects: vi.fn(async () => {})} as unknown as Frame
}

async function drawn(node: Parameters<typeof draw>[0]): Promise<HTMLElement> {
  let page!: HTMLElement
  await act(async () => void (page = draw(node)))
  return page
}

async function press(page: HTMLElement, text: string) {
  const button = () => [...page.querySelectorAll('button')].find(it => it.textContent?.includes(text))
  await vi.waitFor(() => expect(button()).toBeDefined())
  await act(async () => button()!.click())
}

it('a conversation of a terminal goes on here, unless another program works on it, which is named', async () => {
  const listed = [
    {agent: 'claude', conversation_id: 'one', title: 'Mend it', updated_at: '2027-01-15T14:02:00.000Z', running: false, driver: null},
    {agent: 'claude', conversation_id: 'two', title: 'Busy', updated_at: '2027-01-15T14:02:00.000Z', running: true, driver: 'claude (4711)'},
  ]
  const adopt = vi.fn(async () => ({session_id: 's'}))
  const frame = frameOf({conversations: async () => ({conversations: listed, problems: ['Codex: unreadable.']}), adopt})
  const page = await drawn(<FromTheTerminal frame={frame} onClose={() => {}} />)

  await vi.waitFor(() => expect(page.querySelectorAll('.adoptable')).toHaveLength(2))
  const [free, driven] = [...page.querySelectorAll<HTMLButtonElement>('.adoptable button')]
  expect(driven!.disabled).toBe(true)
  expect(page.textContent).toContain('claude (4711) works on it now.')
  expect(page.textContent).toContain('Codex: unreadable.')
  await act(async () => free!.click())
  expect(adopt).toHaveBeenCalledWith('claude', 'one', 'shop')
})

it('a folder that was another project is added with its conversations, or as a new one', async () => {
  const addProject = vi.fn(async () => ({}))
  addProject.mockRejectedValueOnce(new ApiError(409, 'PROJECT_MOVED', 'It was elsewhere.', {project_id: 'p1'}) as never)
  const page = await drawn(<AddProject frame={frameOf({folders: async () => ({path: '/home/x', folders: []}), addProject})} onClose={() => {}} />)

  await press(page, 'Add “x”')
  await press(page, 'Add it as a new project')

  expect(addProject.mock.calls).toEqual([[{path: '/home/x'}], [{path: '/home/x', new: true}]])
})
