import type {ChangedFile} from '../../../src/lib/types'

/** A file with a small change. */
export function changed(path: string, changes: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path, old_path: null, status: 'modified', added: 1, removed: 0, binary: false, large: false, kind: 'file', old_kind: 'file',
    size: 10, old_size: 9, blob: 'b'.repeat(40), old_blob: 'a'.repeat(40), by: 'agent', ...changes,
  }
}
