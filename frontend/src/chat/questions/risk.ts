/**
 * What a command may do that cannot be undone. Only a hint: a command without one is not
 * necessarily harmless, so the card always shows the command itself.
 */

const RISKS: [RegExp, string][] = [
  [/\brm\s+(?:-\w*[rf]|--(?:recursive|force))|\bshred\b|\bmkfs|\bdd\s+if=|\bfind\b.*\s-delete\b/, 'Deletes files for good'],
  [/\bgit\s+push\b.*(?:--force|\s-f\b|\s\+)/, 'Overwrites what others may have'],
  [/\bgit\s+push\b|\bnpm\s+publish\b|\btwine\s+upload\b|\bscp\b|\brsync\b.*:|\bgh\s+pr\s+create\b/, 'Sends code outside this computer'],
  [/\bgit\s+(?:reset\s+--hard|clean\s+-\w*f|checkout\s+--\s|restore\s)/, 'Throws away changes that are not committed'],
  [/\b(?:curl|wget)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/, 'Runs a program from the internet'],
  [/(?:^|[\s;&|])(?:sudo|doas)\s/, 'Acts as the administrator'],
]

export function riskOf(command: string): string | null {
  return RISKS.find(([pattern]) => pattern.test(command))?.[1] ?? null
}
