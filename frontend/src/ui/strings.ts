/** What the building blocks of every screen say. */

export const words = {
  close: 'Close',
  tryAgain: 'Try again',
  loading: 'Loading…',
  notLoaded: 'This part of the page could not be loaded.',
  newer: 'Janus was upgraded: this part of the page is there when the page is loaded anew.',
  reload: 'Load it anew',
  somethingWrong: 'That did not work.',
  tooLong: (length: number, most: number) =>
    `This has ${length.toLocaleString()} characters; a message may have ${most.toLocaleString()}. It is kept here. Shorten it, or save it as a file in the project’s folder and name that in your message.`,
  shorten: (most: number) => `Keep the first ${most.toLocaleString()}`,
  discardText: 'Discard it',
}
