/** The little of Node that the build uses. All of its types would come with names that a page does not have. */

declare module 'node:crypto' {
  interface Hash {
    update(data: string | Uint8Array): Hash
    digest(encoding: 'hex'): string
  }
  export function createHash(algorithm: string): Hash
}

declare module 'node:fs' {
  export function readdirSync(path: string): string[]
  export function readFileSync(path: string): Uint8Array
}

declare module 'node:path' {
  export function join(...parts: string[]): string
}

declare module 'node:url' {
  export function fileURLToPath(url: URL): string
}

declare module 'node:process' {
  export const env: Record<string, string | undefined>
}
