/** The words of landing, in one place so that they can be translated. */

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`

export const words = {
  title: 'Let it in',
  looking: 'Looking…',
  lookAgain: 'Look again',
  changed: 'Something changed meanwhile, so nothing was touched. This is how it is now.',
  busy: 'The agent is working in these files. Stop it, or wait: then look again.',
  files: (files: number) => count(files, 'file'),
  message: 'Message',
  output: 'What git and the hooks said',
  undo: 'Undo',
  undoing: 'Undoing…',
  undone: (what: string) => `Taken back: ${what}`,
  working: 'Git is working…',

  commit: {
    title: 'Commit',
    nothing: 'Everything is committed.',
    nothingShared: 'Nothing that the agent changed is left to commit.',
    on: (branch: string) => (branch ? `On ${branch}` : 'On no branch'),
    choose: 'Choose files',
    none: 'Choose at least one file.',
    yes: (files: number) => `Commit ${count(files, 'file')}`,
    done: (files: number, commit: string) => `Committed ${count(files, 'file')} as ${commit.slice(0, 8)}.`,
    rewritten: (paths: string[]) => `A hook changed files: ${paths.join(', ')}`,
  },
  merge: {
    title: 'Merge',
    into: 'Into the branch',
    first: 'Commit first: only what is committed is merged.',
    nothing: (into: string) => `${into} has all of it already.`,
    forward: (into: string, commits: number, files: number) =>
      `${into} moves on to this branch: ${count(commits, 'commit')}, ${count(files, 'file changes', 'files change')} there. No merge commit is needed.`,
    joins: (into: string, commits: number, files: number) =>
      `A merge commit brings ${count(commits, 'commit')} into ${into}; ${count(files, 'file changes', 'files change')} there.`,
    squashes: (into: string, commits: number, files: number) =>
      `${count(commits, 'commit')} become one on ${into}; ${count(files, 'file changes', 'files change')} there.`,
    along: (into: string) => `Where ${into} is checked out its files move along. What is not committed there is never touched: then it is refused.`,
    behind: (files: number) => `${count(files, 'file')} not committed here, and not part of it.`,
    squash: 'As one commit',
    conflicts: (into: string, files: number) => `Both sides changed the same places in ${count(files, 'file')}. Nothing can be merged into ${into} like this.`,
    resolve: 'Ask the agent to resolve',
    resolving: 'The agent was asked to resolve it.',
    yes: (into: string) => `Merge into ${into}`,
    done: (into: string, commit: string) => `Merged: ${into} is at ${commit.slice(0, 8)} now.`,
  },
  push: {
    title: 'Push and pull request',
    says: (branch: string, remote: string, commits: number) =>
      commits ? `${branch} goes to ${remote} with ${count(commits, 'commit')}. A push cannot be undone.` : `${remote} has all of ${branch}.`,
    yes: 'Push',
    done: (branch: string, remote: string) => `Pushed ${branch} to ${remote}.`,
    request: 'Open a pull request',
    requestHint: 'Pushes, and opens it.',
    requested: (state: string) => (state ? `Pull request: ${state}` : 'Open the pull request on this page:'),
    nowhere: 'It is pushed. Nobody here knows the page of this remote: open the pull request there.',
    page: 'Open its page',
    compare: 'See it there',
    checks: 'Checks',
  },
  discard: {
    title: 'Discard',
    nothing: 'Nothing is there to be discarded.',
    says: (files: number) => `${count(files, 'file')} go back to what they were when the session began, or to the commit. A snapshot is taken first.`,
    yes: (files: number) => `Discard ${count(files, 'file')}`,
    done: (files: number) => `Discarded changes to ${count(files, 'file')}.`,
  },
  cleanUp: {
    offer: 'All of it has landed. The session can end, and its folder and branch can go; the conversation stays.',
    yes: 'End it and clean up',
    working: 'Ending…',
    done: (branch: string | null, deleted: boolean) => (branch && !deleted ? `Cleaned up. The branch ${branch} stays.` : 'Cleaned up.'),
  },
}
