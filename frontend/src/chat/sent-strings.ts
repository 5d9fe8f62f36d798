/** The words of the field for messages, and for what goes beside one, and later. */

export const sent = {
  mic: 'Speak',
  micStop: 'Stop listening',
  listening: 'Listening…',
  dismiss: 'Dismiss',
  gone: 'Something went wrong.',
  percent: (share: number) => new Intl.NumberFormat(undefined, {style: 'percent'}).format(share),
  later: {
    title: 'Sent later',
    menu: 'Send later…',
    what: 'Message',
    whenLabel: 'When',
    how: 'It waits in this conversation, and goes once, if Janus runs then. It can be cancelled until then.',
    confirm: 'Send it then',
    attach: 'Attach files',
    busy: 'Sending its files…',
    empty: 'Write what to send.',
    past: 'Choose a time to come.',
    resets: (time: string) => `The limit is reset ${time}.`,
    goOnThen: 'Go on then',
    goOn: 'Go on where you stopped.',
    at: (time: string, text: string) => `${time}: ${text}`,
    missed: (time: string, text: string) => `Not sent ${time}, because Janus did not run then: ${text}`,
    cancel: 'Cancel',
    editOne: (text: string) => `Edit, and do not send: ${text}`,
    cancelOne: (text: string) => `Do not send: ${text}`,
  },
  files: {
    attach: 'Attach photos or files',
    title: 'Attached files',
    added: (count: number) => (count === 1 ? 'One file attached.' : `${count} files attached.`),
    alone: (names: string) => `Attached: ${names}`,
    large: (names: string) => `Larger than 20 MB, so not attached: ${names}`,
    many: (most: number) => `${most} files go with one message at most, and none that is empty.`,
    remove: (name: string) => `Remove ${name}`,
    removeFirst: (name: string) => `${name} cannot be attached. Remove it first.`,
    sending: (name: string) => `Sending ${name}`,
    preparing: 'Preparing…',
    waiting: 'Waits for the connection',
    open: (name: string) => `Show ${name}`,
    notLoaded: 'This part of the page could not be loaded. Try again when Janus can be reached.',
  },
} as const

/** How much of its context the agent has used, and what that cost. */
export function usageLine({used, size, cost}: {used: number; size: number; cost: string}): string {
  const share = size > 0 ? ` (${sent.percent(used / size)})` : ''
  const of = size > 0 ? ` of ${size.toLocaleString()}` : ''
  return `Context: ${used.toLocaleString()}${of} tokens${share}${cost && ` · ${cost}`}`
}
