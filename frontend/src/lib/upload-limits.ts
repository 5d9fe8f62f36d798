/** What Janus takes: bytes of a file, and files with a message. */
export const LARGEST = 20 << 20
export const MOST = 10
