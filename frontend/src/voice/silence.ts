const RATE = 8000

/** A second of silence, as a WAV file. */
export function silence(): Blob {
  const file = new DataView(new ArrayBuffer(44 + RATE))
  const text = (at: number, words: string) => [...words].forEach((letter, index) => file.setUint8(at + index, letter.charCodeAt(0)))
  text(0, 'RIFF')
  file.setUint32(4, 36 + RATE, true)
  text(8, 'WAVEfmt ')
  for (const [at, value] of [[16, 16], [24, RATE], [28, RATE], [40, RATE]] as const) file.setUint32(at, value, true)
  for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]] as const) file.setUint16(at, value, true)
  text(36, 'data')
  for (let at = 44; at < file.byteLength; at++) file.setUint8(at, 128)
  return new Blob([file.buffer], {type: 'audio/wav'})
}
