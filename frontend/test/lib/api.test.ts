import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {Api, ApiError} from '../../src/lib/api'
import openapi from '../../../janus/openapi.json'
import {answer, refusal} from '../fakes'

interface Operation {
  parameters?: {in: string; name: string}[]
  requestBody?: {content: {'application/json': {schema: {$ref?: string; properties?: object}}}}
}

function operation(method: string, path: string): Operation {
  const operations = (openapi.paths as unknown as Record<string, Record<string, Operation>>)[path]
  return operations?.[method.toLowerCase()] ?? {}
}

function fieldsOf(requestBody: Operation['requestBody']): string[] {
  const schema = requestBody?.content['application/json'].schema
  const named = (openapi.components.schemas as Record<string, {properties?: object}>)[schema?.$ref?.split('/').at(-1) ?? '']
  return Object.keys(schema?.properties ?? named?.properties ?? {})
}

const requests = vi.fn<typeof fetch>()
let api: Api

function sent() {
  const [url, init] = requests.mock.calls[0]!
  const body = init!.body === undefined ? undefined : JSON.parse(init!.body as string)
  return {call: `${init!.method} ${url}`, body}
}

function headers(): Record<string, string> {
  return requests.mock.calls[0]![1]!.headers as Record<string, string>
}

beforeEach(() => {
  vi.useFakeTimers()
  requests.mockReset()
  requests.mockImplementation(async () => answer({agents: [], sessions: []}))
  api = new Api({fetch: requests, key: () => 'secret'})
})

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const ENDPOINTS: [call: string, body: object | undefined, request: (api: Api) => Promise<unknown>][] = [
  ['GET /api/health', undefined, api => api.health()],
  ['GET /api/agents', undefined, api => api.agents()],
  ['GET /api/sessions', undefined, api => api.sessions()],
  ['GET /api/sessions?ended=true&limit=30&before=x', undefined, api => api.ended({limit: 30, before: 'x'})],
  ['DELETE /api/session?session_id=s', undefined, api => api.delete('s')],
  ['GET /api/messages?session_id=s&before=m&limit=50', undefined, api => api.messages('s', 'm', 50)],
  ['GET /api/history?q=%26+and', undefined, api => api.search('& and')],
  ['GET /api/projects', undefined, api => api.projects()],
  ['POST /api/projects', {path: '/shop'}, api => api.addProject({path: '/shop'})],
  ['DELETE /api/projects?project_id=p', undefined, api => api.removeProject('p')],
  ['GET /api/folders', undefined, api => api.folders()],
  ['GET /api/folders?path=%2Fhome', undefined, api => api.folders('/home')],
  ['GET /api/session?session_id=s', undefined, api => api.session('s')],
  ['GET /api/state?session_id=s', undefined, api => api.state('s')],
  ['POST /api/session/start', {}, api => api.start()],
  ['POST /api/session/start', {name: 'fix'}, api => api.start({name: 'fix'})],
  ['POST /api/session/end?session_id=s', {cleanup: true}, api => api.end('s', {cleanup: true})],
  ['POST /api/session/resume?session_id=s', undefined, api => api.resume('s')],
  ['POST /api/session/rename?session_id=s', {name: 'new'}, api => api.rename('s', 'new')],
  ['POST /api/chat', {message: 'Hi', session_id: 's'}, api => api.chat('s', 'Hi')],
  [
    'POST /api/chat',
    {message: 'Hi', session_id: 's', message_id: 'm'},
    api => api.chat('s', 'Hi', 'm'),
  ],
  ['POST /api/session/start', {session_id: 'mine', agent: 'demo'}, api => api.start({session_id: 'mine', agent: 'demo'})],
  ['POST /api/interrupt', {session_id: 's'}, api => api.interrupt('s')],
  ['POST /api/interrupt', {session_id: 's', turn_id: 't'}, api => api.interrupt('s', 't')],
  ['POST /api/interrupt', {session_id: 's', turn_id: 't', send_queue: true}, api => api.interrupt('s', 't', true)],
  ['POST /api/queue', {session_id: 's', action: 'send'}, api => api.sendQueue('s')],
  ['DELETE /api/queue?session_id=s', undefined, api => api.discardQueue('s')],
  ['POST /api/system', {message: 'Note', session_id: 's'}, api => api.system('s', 'Note')],
  [
    'POST /api/permission',
    {session_id: 's', request_id: 'r', option_id: 'accept', answers: {way: 'left'}},
    api => api.permission('s', 'r', 'accept', {way: 'left'}),
  ],
  [
    'POST /api/permission',
    {session_id: 's', request_id: 'r', option_id: 'allow'},
    api => api.permission('s', 'r', 'allow'),
  ],
  [
    'POST /api/options',
    {session_id: 's', option_id: 'brave', value: 'true'},
    api => api.choose('s', 'brave', true),
  ],
  ['DELETE /api/queue?session_id=s&message_id=m', undefined, api => api.withdraw('s', 'm')],
  ['POST /api/heartbeat?session_id=s', undefined, api => api.heartbeat('s')],
  ['POST /api/pair', {code: '12-34', name: 'Phone'}, api => api.pair('12-34', 'Phone')],
  ['GET /api/devices', undefined, api => api.devices()],
  ['DELETE /api/devices?device_id=d', undefined, api => api.revoke('d')],
]

describe('every endpoint', () => {
  it.each(ENDPOINTS)('%s takes %j', async (call, body, request) => {
    await request(api)
    expect(sent()).toEqual({call, body})
    expect(headers()['X-Janus-Key']).toBe(call.startsWith('GET') ? undefined : 'secret')
    expect(headers()['Content-Type']).toBe(body && 'application/json')
  })

  it.each(ENDPOINTS)('%s sends no field that the description does not have', (call, body = {}) => {
    const [method, address] = call.split(' ')
    const {pathname, searchParams} = new URL(address!, 'http://janus.test')
    const {parameters = [], requestBody} = operation(method!, pathname)
    const known = parameters.filter(parameter => parameter.in === 'query').map(({name}) => name)
    expect(known).toEqual(expect.arrayContaining([...searchParams.keys()]))
    expect(fieldsOf(requestBody)).toEqual(expect.arrayContaining(Object.keys(body)))
  })

  it('is found where the server is, with whatever is in an id', async () => {
    await new Api({fetch: requests, backendUrl: 'http://janus.test'}).state('a&b=c d')
    expect(sent().call).toBe('GET http://janus.test/api/state?session_id=a%26b%3Dc+d')
  })

  it('is asked without a key before the pairing', async () => {
    await new Api({fetch: requests, key: () => null}).pair('12-34', 'Phone')
    expect(headers()).toEqual({'Content-Type': 'application/json'})
  })

  it('hears the end of a request also when the page is closed, unless it is large', async () => {
    await api.chat('s', 'Hi')
    await api.chat('s', 'long '.repeat(10_000))
    expect(requests.mock.calls.map(([, init]) => init!.keepalive)).toEqual([true, undefined])
  })
})

describe('a failure', () => {
  it('has what Janus said of it', async () => {
    requests.mockResolvedValue(refusal(409, 'WORKTREE_DIRTY', {changed_files: 2}))
    const failure = await api.end('s', {cleanup: true}).catch(error => error)
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({
      status: 409,
      code: 'WORKTREE_DIRTY',
      message: 'WORKTREE_DIRTY, in words',
      details: {changed_files: 2},
    })
  })

  it('has how long to wait', async () => {
    const body = {error: {code: 'QUEUE_FULL', message: 'Wait.'}}
    requests.mockResolvedValue(answer(body, 429, {'Retry-After': '7'}))
    await expect(api.chat('s', 'Hi')).rejects.toMatchObject({details: {retry_after: 7}})
  })

  it.each([
    ['a page of a proxy', () => new Response('<h1>Bad gateway', {status: 502}), 502, 'HTTP_502'],
    ['half an error', () => answer({error: {code: 5}}, 500), 500, 'HTTP_500'],
    ['an error of another kind', () => answer({error: 'no'}, 400), 400, 'HTTP_400'],
    ['no JSON', () => new Response('Welcome to the hotel'), 200, 'BAD_ANSWER'],
  ])('has words also where the answer is %s', async (_, response, status, code) => {
    requests.mockImplementation(async () => response())
    await expect(api.health()).rejects.toMatchObject({status, code, name: 'ApiError'})
  })

  it('has no status where Janus was not reached', async () => {
    requests.mockRejectedValue(new TypeError('Failed to fetch'))
    await expect(api.health()).rejects.toMatchObject({
      status: 0,
      code: 'NOT_REACHED',
      message: expect.stringContaining('cannot be reached'),
    })
  })
})

describe('waiting', () => {
  /** A server that takes the request, and no more. */
  function silent() {
    requests.mockImplementation(
      (_, init) =>
        new Promise((_, reject) => {
          init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason))
        }),
    )
  }

  it('ends after 20 seconds', async () => {
    silent()
    const outcome = expect(api.state('s')).rejects.toMatchObject({status: 0, code: 'TIMEOUT'})
    await vi.advanceTimersByTimeAsync(20_000)
    await outcome
  })

  it('ends after 20 seconds also in the middle of an answer', async () => {
    requests.mockImplementation(async (_, init) => {
      const stuck = new ReadableStream({
        start: body => init!.signal!.addEventListener('abort', () => body.error(new Error('cut'))),
      })
      return new Response(stuck)
    })
    const outcome = expect(api.state('s')).rejects.toMatchObject({code: 'TIMEOUT'})
    await vi.advanceTimersByTimeAsync(20_000)
    await outcome
  })

  it('has more patience with an agent that starts, and all with one that ends', async () => {
    silent()
    const outcomes: string[] = []
    const note = (name: string) => () => outcomes.push(name)
    void api.resume('s').catch(note('resume'))
    void api.end('s').catch(note('end'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(outcomes).toEqual([])
    await vi.advanceTimersByTimeAsync(600_000)
    expect(outcomes).toEqual(['resume'])
  })
})

it.each([['', '1'], ['/janus', '1'], ['https://elsewhere.example', undefined]])('tells a Janus at "%s" that somebody looks at the page', async (backendUrl, told) => {
  api = new Api({fetch: requests, key: () => 'secret', backendUrl})
  await api.sessions()
  expect(headers()['X-Janus-Front']).toBe(told)
})

describe('a device that is put out', () => {
  let key: string | undefined
  let refused = vi.fn<() => void>()
  let answers: ((response: Response) => void)[] = []

  beforeEach(() => {
    key = 'old'
    answers = []
    refused = vi.fn(() => void (key = undefined))
    const fetch = () => new Promise<Response>(resolve => answers.push(resolve))
    api = new Api({fetch, key: () => key, refused})
  })

  it('is put out once, and not again by a late answer when it was let in anew', async () => {
    const [early, late] = [api.agents(), api.sessions()].map(it => it.catch((error: ApiError) => error.code))
    answers[0]!(refusal(401, 'UNAUTHORIZED'))
    expect(await early).toBe('UNAUTHORIZED')
    expect(refused).toHaveBeenCalledOnce()
    key = 'new'
    answers[1]!(refusal(401, 'UNAUTHORIZED'))
    expect(await late).toBe('UNAUTHORIZED')
    expect(refused).toHaveBeenCalledOnce()
    expect(key).toBe('new')
  })

  it('hears nothing any more that it asked before', async () => {
    const late = api.sessions().catch((error: ApiError) => error.code)
    key = undefined
    answers[0]!(answer({sessions: []}))
    expect(await late).toBe('UNPAIRED')
  })
})
