import {afterEach, beforeEach, expect, it, vi} from 'vitest'
import {ApiError} from '../../src/lib/api-error'
import type {KeptFile, UploadStore} from '../../src/lib/upload-store'
import {Uploads, type Upload} from '../../src/lib/uploads'
import type {Uploaded} from '../../src/lib/wire'

const PIECE = 1 << 18

/** Janus, as far as it takes files; what comes next may meet with trouble. */
class Server {
  readonly files = new Map<string, Uint8Array[]>()
  readonly offsets: number[] = []
  readonly removed: string[] = []
  trouble: (Error | 'answer lost' | null)[] = []

  async send(query: {session_id: string; attachment_id?: string; name: string; size?: number; offset?: number}, body: Blob): Promise<Uploaded> {
    const {attachment_id: id = '', name, size = 0, offset = 0, session_id} = query
    const trouble = this.trouble.shift()
    if (trouble instanceof Error) throw trouble
    this.offsets.push(offset)
    const pieces = this.files.get(id) ?? []
    const bytes = await bytesOf(body)
    for (let at = 0; at < bytes.length; at += PIECE) {
      const number = (offset + at) / PIECE
      if (number === pieces.length) pieces.push(bytes.slice(at, at + PIECE))
    }
    this.files.set(id, pieces)
    if (trouble) throw new ApiError(0, 'NOT_REACHED', 'cut')
    const received = Math.min(size, pieces.length * PIECE)
    return {session_id, attachment_id: id, name, size, media_type: '', received, complete: received === size}
  }

  async remove(session_id: string, attachment_id: string) {
    this.removed.push(attachment_id)
    return {session_id, attachment_id}
  }

  text(id: string): string {
    return this.files.get(id)!.map(piece => new TextDecoder().decode(piece)).join('')
  }
}

/** The blobs of these tests have no `arrayBuffer`. */
async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return await new Promise(resolve => {
    const reader = new FileReader()
    reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer))
    reader.readAsArrayBuffer(blob)
  })
}

let server: Server
let kept: Map<string, KeptFile>
let opened: Uploads[]
let seen: readonly Upload[]
const store: UploadStore = {
  all: async () => [...kept.values()],
  put: async file => void kept.set(file.id, file),
  delete: async id => void kept.delete(id),
}

function open(): Uploads {
  const uploads = new Uploads(server, store, async file => ({blob: file, name: file.name}))
  uploads.subscribe(all => (seen = all))
  opened.push(uploads)
  return uploads
}

function file(size = 3 * PIECE + 5): File {
  return new File(['abcdefgh'.repeat(size / 8 + 1).slice(0, size)], 'a.txt')
}

beforeEach(() => {
  server = new Server()
  kept = new Map()
  opened = []
  seen = []
})

afterEach(() => {
  for (const uploads of opened) uploads.close()
  vi.useRealTimers()
})

it('goes on where it was cut off, and a file is whole and there once', async () => {
  const cut = new ApiError(0, 'NOT_REACHED', 'cut')
  server.trouble = [null, cut, 'answer lost', null]
  const uploads = open()
  await uploads.add('one', [file()])
  const [{id}] = uploads.take('one').map(it => ({id: it.attachment_id})) as [{id: string}]
  for (let tries = 0; tries < 9 && seen[0]?.state !== 'whole'; tries++) await uploads.deliver([id]).catch(() => {})

  expect(server.text(id)).toBe(new TextDecoder().decode(await bytesOf(file())))
  expect(seen[0]).toMatchObject({state: 'whole', sent: 3 * PIECE + 5, draft: false})
  // Only the piece whose answer was lost comes twice.
  expect(server.offsets).toEqual([0, PIECE, PIECE, 2 * PIECE])
  uploads.forget([id])
  expect([seen, kept.size]).toEqual([[], 0])
})

it('tries again by itself when the network is back', async () => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']})
  server.trouble = [new ApiError(0, 'NOT_REACHED', 'cut'), new ApiError(503, 'SERVER_STOPPING', 'stops')]
  await open().add('one', [file()])
  await vi.waitFor(() => expect(seen[0]?.state).toBe('waiting'))
  await vi.advanceTimersByTimeAsync(9000)
  await vi.waitFor(() => expect(seen[0]?.state).toBe('whole'))
})

it('survives a reload, as a draft and with its message', async () => {
  server.trouble = Array.from({length: 9}, () => new ApiError(0, 'NOT_REACHED', 'cut'))
  const before = open()
  await before.add('one', [file(), file(9)])
  const [first, second] = seen.map(({id}) => id)
  before.take('one')
  await before.add('two', [file(7)])
  before.close()
  server.trouble = []

  const after = open()
  await after.deliver([first!, second!])
  await after.deliver([seen[2]!.id])

  expect(seen.map(({sessionId, draft, state}) => [sessionId, draft, state])).toEqual([
    ['one', false, 'whole'], ['one', false, 'whole'], ['two', true, 'whole'],
  ])
})

it('says what Janus does not take, and does not try that again', async () => {
  server.trouble = [new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'This photo is a HEIC file.')]
  const uploads = open()
  await uploads.add('one', [file(9)])
  await vi.waitFor(() => expect(seen[0]).toMatchObject({state: 'failed', error: 'This photo is a HEIC file.'}))
  uploads.remove(seen[0]!.id)
  expect(seen).toEqual([])
  expect(server.removed).toEqual([])
})

it('waits for a session that has not begun', async () => {
  const uploads = open()
  await uploads.add('new', [file(9)], true)
  const [it] = uploads.take('new')
  expect(server.offsets).toEqual([])
  await uploads.deliver([it!.attachment_id])
  expect(seen[0]?.state).toBe('whole')
})

it('gives the files of a message back to the next one, also those that only Janus has, and after a reload', async () => {
  const uploads = open()
  await uploads.add('one', [file(9)])
  const [mine] = uploads.take('one')
  await uploads.deliver([mine!.attachment_id])
  const other = {attachment_id: 'other', name: 'b.jpg', size: 5, media_type: 'image/jpeg', width: 2, height: 2}
  await uploads.giveBack('one', [mine!, other])
  uploads.arrived([mine!.attachment_id, 'other']) // the answer to the message that took them came late
  uploads.close()

  const after = open()
  await after.loaded
  await after.deliver([mine!.attachment_id])
  expect(seen).toMatchObject([
    {name: 'a.txt', state: 'whole', draft: true},
    {name: 'b.jpg', state: 'whole', draft: true, size: 5, pictured: true},
  ])
  const sent = server.offsets.length
  const again = after.take('one')
  expect(again.map(it => it.attachment_id)).toEqual([mine!.attachment_id, 'other'])
  await after.deliver(['other'])
  expect(server.offsets).toHaveLength(sent)
  after.arrived(again.map(it => it.attachment_id))
  expect([seen, kept.size]).toEqual([[], 0])
})

it('sends the files of a session that did not begin to the one that does', async () => {
  const uploads = open()
  await uploads.add('old', [file(9)], true)
  const mine = uploads.take('old')
  await uploads.giveBack('new', mine, true)
  expect(uploads.draftsOf('new')).toMatchObject([{name: 'a.txt', state: 'waiting', sent: 0}])
  expect(server.offsets).toEqual([])
})
