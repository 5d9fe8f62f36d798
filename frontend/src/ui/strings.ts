/** What the building blocks of every screen say. */

export const words = {
  close: 'Close',
  tryAgain: 'Try again',
  loading: 'Loading …',
  notLoaded: 'This part of the page could not be loaded.',
  somethingWrong: 'That did not work.',
}
