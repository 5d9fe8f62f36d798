import type {PermissionOption} from '../../lib/types'

export interface Placed {
  /** At the left. */
  deny?: PermissionOption
  /** At the right: the one that allows no more than this once. */
  allow?: PermissionOption
  /** Below, smaller: what is for always, and all that is not known. */
  others: PermissionOption[]
}

/** Where the options of a question go, so that a thumb that knows one card knows all. */
export function placed(options: readonly PermissionOption[]): Placed {
  const [deny, allow] =
    options.length === 2 && options.every(({kind}) => !kind)
      ? [options.find(({id}) => /^(?:decline|reject|false)$/i.test(id)), options.find(({id}) => /^(?:accept|true)$/i.test(id))]
      : [options.find(({kind}) => kind === 'reject_once'), options.find(({kind}) => kind === 'allow_once')]
  // One alone at its side would look as if something were missing.
  if (!deny || !allow) return {others: [...options]}
  return {deny, allow, others: options.filter(option => option !== deny && option !== allow)}
}
