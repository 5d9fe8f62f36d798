import {beforeEach, expect, test, vi} from 'vitest'

import type {ChatContext} from '../../../src/chat/state/chat-context'
import {ApiError} from '../../../src/lib/api'
import {merged, Review} from '../../../src/screens/changes/review'
import {fakeApp} from '../../chat-app'
import {changed} from './changed'

beforeEach(() => localStorage.clear())

const FILE = changed('a.py')
const COMMENT = {path: 'a.py', side: 'new' as const, start: 3, end: 3, blob: FILE.blob, quote: 'x', text: 'Why?'}

function reviewed() {
  const work = {review: vi.fn(), putComment: vi.fn(), putViewed: vi.fn(), deleteComment: vi.fn(), sendReview: vi.fn()}
  const {app} = fakeApp()
  Object.assign(app.api, {work})
  const chat = {app, conversation: {sessionId: 's'}} as unknown as ChatContext
  return {work, chat}
}

test('without a network a comment is kept on the device, also when the page is opened anew, and told later', async () => {
  const {work, chat} = reviewed()
  work.putComment.mockRejectedValue(new ApiError(0, 'NOT_REACHED', 'not reached'))
  const review = new Review(chat)
  review.put(COMMENT)
  await vi.waitFor(() => expect(review.problem.value).toBe('not reached'))
  expect(review.on(FILE)).toMatchObject([{text: 'Why?'}])
  await expect(review.send('')).rejects.toThrow('not reached')
  expect(work.sendReview).not.toHaveBeenCalled()

  const again = new Review(chat)
  expect(again.comments.value).toMatchObject([{text: 'Why?'}])
  const kept = {session_id: 's', comments: [{...COMMENT, comment_id: 'c', at: '', stale: false}], viewed: []}
  work.putComment.mockResolvedValue(kept)
  work.review.mockResolvedValue(kept)
  await again.load()

  expect(again.unkept.value).toBe(false)
  expect(again.comments.value).toMatchObject([{comment_id: 'c', text: 'Why?'}])
  expect(localStorage.length).toBe(0)
})

test('a comment is shown on the file that it was written on, and on no other version of it', () => {
  const {chat, work} = reviewed()
  work.putComment.mockReturnValue(new Promise(() => {}))
  const review = new Review(chat)
  review.put(COMMENT)
  expect(review.on(FILE)).toHaveLength(1)
  expect(review.on({...FILE, blob: 'c'.repeat(40)})).toEqual([])
  expect(review.on({...FILE, path: 'b.py'})).toEqual([])
})

test('a mark is of one change; another one of the same file is not viewed', () => {
  const {chat, work} = reviewed()
  work.putViewed.mockReturnValue(new Promise(() => {}))
  const review = new Review(chat)
  review.mark(FILE, true)
  expect(review.isViewed(FILE)).toBe(true)
  expect(review.isViewed({...FILE, blob: 'c'.repeat(40)})).toBe(false)
  review.mark(FILE, false)
  expect(review.isViewed(FILE)).toBe(false)
})

test('what waits for the same comment is told once, as it is in the end', () => {
  const put = {put: {...COMMENT, comment_id: 'c'}}
  expect(merged([put, {gone: 'd'}], {gone: 'c'})).toEqual([{gone: 'd'}, {gone: 'c'}])
})

test('what was read before a mark was set does not undo it when it arrives late', async () => {
  const {chat, work} = reviewed()
  const {path, old_blob, blob} = FILE
  const empty = {session_id: 's', comments: [], viewed: []}
  let arrive = (_: typeof empty) => {}
  work.review.mockReturnValue(new Promise(resolve => (arrive = resolve)))
  work.putViewed.mockResolvedValue({...empty, viewed: [{path, old_blob, blob}]})
  const review = new Review(chat)
  const loaded = review.load()
  review.mark(FILE, true)
  await new Promise(resolve => setTimeout(resolve))
  arrive(empty)
  await loaded
  await vi.waitFor(() => expect(localStorage.length).toBe(0))

  expect(review.isViewed(FILE)).toBe(true)
})
