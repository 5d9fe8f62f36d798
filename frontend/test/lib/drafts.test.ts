import {beforeEach, describe, expect, it} from 'vitest'
import {Drafts} from '../../src/lib/drafts'

beforeEach(() => localStorage.clear())

/** A browser that stores nothing for this page. */
function denied(): Storage {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

describe('a draft', () => {
  it('is kept for its session, also over a reload', () => {
    new Drafts().save('one', 'Rename the')
    expect(new Drafts().load('one')).toBe('Rename the')
    expect(new Drafts().load('two')).toBe('')
  })

  it('is forgotten when it is empty', () => {
    const drafts = new Drafts()
    drafts.save('one', 'Rename the')
    drafts.save('one', '')
    expect(drafts.load('one')).toBe('')
    expect(localStorage).toHaveLength(0)
  })

  it('is kept while the page lives where nothing is stored', () => {
    const drafts = new Drafts(denied)
    drafts.save('one', 'Rename the')
    expect(drafts.load('one')).toBe('Rename the')
    expect(drafts.load('two')).toBe('')
    drafts.save('one', '')
    expect(drafts.load('one')).toBe('')
  })

  it('is the new one where there is no room for it any more', () => {
    let full = false
    const storage = {
      getItem: (key: string) => localStorage.getItem(key),
      setItem: (key: string, text: string) => {
        if (full) throw new DOMException('', 'QuotaExceededError')
        localStorage.setItem(key, text)
      },
      removeItem: (key: string) => localStorage.removeItem(key),
    } as Storage
    const drafts = new Drafts(() => storage)
    drafts.save('one', 'old')
    full = true
    drafts.save('one', 'new')
    expect(drafts.load('one')).toBe('new')
    full = false
    drafts.save('one', 'newest')
    expect(drafts.load('one')).toBe('newest')
    expect(new Drafts().load('one')).toBe('newest')
  })
})
