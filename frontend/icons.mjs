/**
 * Draws the PNG icons from `public/icon.svg`, with a headless Chromium: `node icons.mjs`.
 * The drawings are committed, so this is run only after the SVG has changed.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const GROUND = '#0d6b62'
const PUBLIC = join(import.meta.dirname, 'public')
const folder = mkdtempSync(join(tmpdir(), 'icons-'))
const svg = readFileSync(join(PUBLIC, 'icon.svg'), 'utf8')

/**
 * Launchers cut a maskable icon into any shape, so it fills the square; the faces are within the safe circle.
 * iOS cuts its own corners too, and paints transparent ones black.
 */
draw('icon-192', 192)
draw('icon-512', 512)
draw('icon-maskable-512', 512, {fill: true})
draw('apple-touch-icon', 180, {fill: true})
rmSync(folder, {recursive: true})

function draw(name, size, {fill = false} = {}) {
  const page = join(folder, `${name}.html`)
  const background = fill ? GROUND : 'transparent'
  writeFileSync(page, `<!doctype html><style>html{background:${background}}body{margin:0;height:${size}px;width:${size}px;
    display:grid;place-items:center}svg{width:${size}px;height:${size}px}</style>${svg}`)
  const file = join(PUBLIC, `${name}.png`)
  execFileSync('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1',
    '--default-background-color=00000000', `--window-size=${size},${size}`, `--screenshot=${file}`, `file://${page}`], {stdio: 'ignore'})
  console.log(`${name}.png ${statSync(file).size} bytes`)
}
