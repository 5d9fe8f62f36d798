/** Photos are made smaller on the phone already: ten times less to send, and where they were taken stays there. */

/** Pixels of the longer edge, as Janus keeps them. */
const LONG_EDGE = 2000
/** Bytes up to which what is drawn, such as a screenshot, is sent as it is: Janus makes it acceptable. */
const SMALL = 3_000_000

export interface Prepared {
  blob: Blob
  name: string
}

/** A file as it is sent; what this browser cannot draw goes as it is, and Janus says what to do. */
export async function prepare(file: File): Promise<Prepared> {
  const asIs = {blob: file, name: file.name || 'file'}
  const photo = /^image\/(jpe?g|heic|heif|avif|bmp|tiff)$/.test(file.type) || /\.(hei[cf]|avif)$/i.test(file.name)
  const drawn = /^image\/(png|webp|gif)$/.test(file.type)
  if (!photo && !(drawn && file.size > SMALL)) return asIs
  try {
    const blob = await redrawn(file)
    return blob ? {blob, name: `${asIs.name.replace(/\.\w{1,5}$/, '')}.jpg`} : asIs
  } catch {
    return asIs
  }
}

async function redrawn(file: File): Promise<Blob | null> {
  const image = await createImageBitmap(file) // upright, as the photo says
  const scale = Math.min(1, LONG_EDGE / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.width * scale))
  canvas.height = Math.max(1, Math.round(image.height * scale))
  const context = canvas.getContext('2d')
  if (!context) return null
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  image.close()
  return await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.9))
}
