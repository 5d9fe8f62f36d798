import {beforeEach, describe, expect, it, vi} from 'vitest'
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

  it('goes with a session that was deleted, and does not come back', () => {
    new Drafts(() => localStorage, 'other tab').save('one', 'Rename the')
    const drafts = new Drafts()
    drafts.save('one', 'Delete the')
    drafts.forget('one')
    drafts.leave('one', 'Delete the')
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

  it('is its own in every tab, and the newest one where a tab has none', () => {
    vi.useFakeTimers()
    const [one, other] = [new Drafts(undefined, 'one'), new Drafts(undefined, 'other')]
    one.load('s')
    other.load('s')
    one.save('s', 'Rename it')
    vi.advanceTimersByTime(10)
    other.save('s', 'Delete it')
    other.save('t', 'Sell it')
    vi.advanceTimersByTime(10)
    one.save('s', 'Rename it!')
    expect(new Drafts(undefined, 'one').load('s')).toBe('Rename it!')
    expect(new Drafts(undefined, 'other').load('s')).toBe('Delete it')
    expect(new Drafts(undefined, 'third').load('s')).toBe('Rename it!')
    vi.useRealTimers()
  })

  it('of a closed tab lasts until it is sent from another one, changed or not', () => {
    new Drafts(undefined, 'closed').save('s', 'Rename it')
    const open = new Drafts(undefined, 'open')
    open.save('s', open.load('s'))
    expect(Object.keys(localStorage)).toEqual(['janus-draft:s:closed'])
    open.save('s', 'Rename it now')
    expect(Object.keys(localStorage)).toEqual(['janus-draft:s:closed', 'janus-draft:s:open'])
    open.sent('s', 'Rename it now')
    expect(localStorage).toHaveLength(0)
  })

  it('is put back by its tab when another one took it, and is gone when that sent it', () => {
    const here = new Drafts(undefined, 'here')
    const gone = vi.fn()
    here.save('s', 'Rename it')
    const stop = here.watch('s', gone)
    const key = 'janus-draft:s:here'
    const change = (newValue: string | null) => {
      localStorage.removeItem(key)
      dispatchEvent(new StorageEvent('storage', {key, newValue}))
    }
    change(null)
    expect(new Drafts(undefined, 'here').load('s')).toBe('Rename it')
    expect(gone).not.toHaveBeenCalled()
    localStorage.removeItem(key) // and it is left before it is told of that
    here.leave('s', 'Rename it')
    expect(new Drafts(undefined, 'here').load('s')).toBe('Rename it')
    change('')
    expect(gone).toHaveBeenCalledExactlyOnceWith('Rename it')
    change(null)
    expect(localStorage).toHaveLength(0)
    stop()
  })

  it('takes what is added in its field where that is drawn, and is kept where it is not', () => {
    const drafts = new Drafts()
    drafts.save('s', 'Rename it ')
    drafts.add('s', 'Delete it')
    drafts.add('s', '')
    expect(drafts.load('s')).toBe('Rename it\nDelete it')
    const take = vi.fn()
    const stop = drafts.watch('s', vi.fn(), take)
    drafts.add('s', 'Sell it')
    drafts.add('other', 'Keep it')
    expect(take.mock.calls).toEqual([['Sell it']])
    expect(drafts.load('s')).toBe('Rename it\nDelete it')
    expect(drafts.load('other')).toBe('Keep it')
    stop()
    drafts.add('s', 'Sell it')
    expect(drafts.load('s')).toBe('Rename it\nDelete it\nSell it')
  })

  it('of an older page is taken over', () => {
    localStorage.setItem('janus-draft:s', 'Rename it')
    const drafts = new Drafts()
    expect(drafts.load('s')).toBe('Rename it')
    drafts.sent('s', 'Rename it')
    expect(localStorage).toHaveLength(0)
  })
})
