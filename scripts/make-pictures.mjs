/**
 * Writes src/pictures/bundled-data.ts and assets/pictures/ATTRIBUTION.md: `node scripts/make-pictures.mjs <folder> [contact-sheet.png]`,
 * where <folder> has node_modules with the packages of HANDS, in the versions given there, and @resvg/resvg-js 2.6.2. None of these is a
 * dependency of vlm-gym. The bytes depend on the versions, on the lists of drawings, and on the seed.
 *
 * A picture is one drawing, fitted to the square, perhaps mirrored, turned a little, on a ground of one soft colour or of two near ones.
 * Grounds are drawn by chance, those too like the drawing's edge left out, and say nothing of the class.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zlibSync } from 'fflate'
import { PNG } from 'pngjs'
import { CLASSES, HANDS } from './picture-drawings.mjs'

const SIDE = 32
/** Pictures are drawn this much larger and averaged. */
const ZOOM = 4
const TRAIN = 18
const TEST = 6
const SEED = 10

/** Light, middle and dark grounds. */
const GROUNDS = [
  ...['#ffffff', '#f4efe4', '#e2ecf5', '#e4f1e1', '#f7e4e1', '#ece4f5', '#fdf3cf', '#dce0e6'],
  ...['#b4cbe0', '#bcd3ae', '#dfc3a4', '#cbbbd8', '#e3b7b4', '#a9c9c6', '#b9b6ae'],
  ...['#5f7186', '#6d7a63', '#7b6a75', '#44506a'],
]

const folder = resolve(process.argv[2] ?? '.')
const fromFolder = createRequire(join(folder, 'package.json'))
const { Resvg } = fromFolder('@resvg/resvg-js')
const root = fileURLToPath(new URL('..', import.meta.url))
const icons = Object.fromEntries(
  Object.entries(HANDS).map(([hand, { package: name, version }]) => {
    const own = join(folder, 'node_modules', name)
    const found = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).version
    if (found !== version) throw new Error(`${name} is ${found} in ${folder}; install ${version}.`)
    return [hand, JSON.parse(readFileSync(join(own, 'icons.json'), 'utf8'))]
  }),
)

let seed = SEED
/** Mulberry32: 0 <= value < 1. */
function random() {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const between = (low, high) => low + (high - low) * random()

/** RGBA pixels of an SVG of `side` x `side`. */
function rendered(content, side) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${side}" height="${side}" viewBox="0 0 ${SIDE} ${SIDE}">${content}</svg>`
  return new Resvg(svg).render().pixels
}

/** A drawing as SVG in the unit of SIDE, and the box of what it covers. */
function drawing(path) {
  const [hand, name] = path.split('/')
  const set = icons[hand]
  const icon = set.icons[name]
  if (!icon) throw new Error(`No drawing ${path}`)
  const [width, height] = [icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16]
  const unit = SIDE / Math.max(width, height)
  const body = `<g transform="scale(${unit})">${icon.body}</g>`
  const big = SIDE * ZOOM
  const rgba = rendered(body, big)
  const box = [big, big, 0, 0]
  for (let i = 0; i < big * big; i++) {
    if (rgba[4 * i + 3] < 40) continue
    const [x, y] = [i % big, Math.floor(i / big)]
    box.splice(0, 4, Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + 1), Math.max(box[3], y + 1))
  }
  return { body, box: box.map((v) => v / ZOOM) }
}

/** The drawing in the middle of the square, its longer side `size`, mirrored or not, turned by `turn` degrees. */
function placed({ body, box: [left, top, right, bottom] }, { size, mirrored, turn }) {
  const scale = size / Math.max(right - left, bottom - top)
  const flip = mirrored ? -scale : scale
  const at = `translate(${SIDE / 2} ${SIDE / 2}) rotate(${turn}) scale(${flip} ${scale}) translate(${-(left + right) / 2} ${-(top + bottom) / 2})`
  return `<g transform="${at}">${body}</g>`
}

const rgbOf = (color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))

/** How far the drawing's rim is from a ground: the distance that four in five of its pixels keep. */
function contrast(rgba, ground) {
  const distances = []
  const big = SIDE * ZOOM
  for (let i = big; i < big * (big - 1); i++) {
    if (rgba[4 * i + 3] < 250) continue
    if ([i - 2, i + 2, i - big, i + big].every((j) => (rgba[4 * j + 3] ?? 0) >= 250)) continue
    distances.push(Math.hypot(...ground.map((v, c) => v - rgba[4 * i + c])))
  }
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 5)] ?? 0
}

function groundFor(rgba) {
  const ranked = GROUNDS.map((color) => ({ rgb: rgbOf(color), far: contrast(rgba, rgbOf(color)) })).sort((a, b) => b.far - a.far)
  const clear = ranked.filter(({ far }) => far >= 90)
  return (clear.length > 2 ? clear[Math.floor(random() * clear.length)] : ranked[Math.floor(random() * 3)]).rgb
}

/** RGB pixels of SIDE x SIDE: the average of ZOOM x ZOOM pixels each, over the ground. */
function composed(rgba, top, bottom) {
  const rgb = Buffer.alloc(3 * SIDE * SIDE)
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      for (let c = 0; c < 3; c++) {
        const ground = top[c] + ((bottom[c] - top[c]) * y) / (SIDE - 1)
        let sum = 0
        for (let k = 0; k < ZOOM * ZOOM; k++) {
          const at = 4 * ((y * ZOOM + Math.floor(k / ZOOM)) * SIDE * ZOOM + x * ZOOM + (k % ZOOM))
          const alpha = rgba[at + 3] / 255
          sum += alpha * rgba[at + c] + (1 - alpha) * ground
        }
        rgb[3 * (y * SIDE + x) + c] = Math.round(sum / ZOOM ** 2)
      }
    }
  }
  return rgb
}

function picture(path, turning, again) {
  const size = between(28.5, 31) - Math.max(0, turning - 6) / 5
  const mirrored = again % 2 === 1 || (again === 0 && random() < 0.4)
  const turn = (again === 0 ? 0.5 : 1) * between(-turning, turning)
  const rgba = rendered(placed(drawing(path), { size, mirrored, turn: Math.round(turn * 10) / 10 }), SIDE * ZOOM)
  const ground = groundFor(rgba)
  const plain = random() < 0.7
  return composed(rgba, ground, plain ? ground : ground.map((v) => Math.max(0, v - 22)))
}

/** `count` pictures, going round the drawings. */
function pictures(paths, count, turning) {
  return Array.from({ length: count }, (_, i) => picture(paths[i % paths.length], turning, Math.floor(i / paths.length)))
}

function dataModule(bundle) {
  const held = Array.from({ length: TEST }, (_, i) => TRAIN + i)
  const text = (rgb) => Buffer.from(zlibSync(rgb, { level: 9, mem: 12 })).toString('base64')
  return `/**
 * Made by scripts/make-pictures.mjs; do not edit. Emoji artwork at ${SIDE}x${SIDE}, changed from the originals as assets/pictures/ATTRIBUTION.md
 * says, which names the authors: Noto Emoji (Google, Apache 2.0), Twemoji (Twitter and contributors, CC BY 4.0), Fluent Emoji (Microsoft,
 * MIT), FxEmojis (Mozilla, CC BY 4.0), Emoji One 2 / EmojiTwo (CC BY 4.0), Streamline Emojis (CC BY 4.0).
 */

/** Width and height of every picture, pixels. */
export const SIDE = ${SIDE}

/** Class names, in the order of CIFAR-10. */
export const CLASSES: readonly string[] = [${Object.keys(CLASSES)
    .map((name) => `'${name}'`)
    .join(', ')}]

/** Indices of the held-out pictures, the same for each class. */
export const HELD_OUT: readonly number[] = [${held.join(', ')}]

/** Per class: base64 of zlib of the pictures one after another, RGB, row-major, top-left origin. */
export const PIXELS: readonly string[] = [
${bundle.map((own) => `  '${text(Buffer.concat(own))}',\n`).join('')}]
`
}

function attribution() {
  const sources = Object.entries(HANDS).map(
    ([hand, { title, package: name, version, ...its }]) =>
      `- **${title}** (\`${hand}\` below). ${its.by}. ${its.source}\n  Licence: ${its.licence}\n  Taken from the npm package \`${name}\` ${version}, which holds the SVG bodies as cleaned up by Iconify.`,
  )
  const rows = Object.entries(CLASSES).map(([name, { train, test }]) => `| ${name} | ${train.join(', ')} | ${test.join(', ')} |`)
  return `# Attribution of the bundled pictures

Written by scripts/make-pictures.mjs; do not edit.

\`src/pictures/bundled-data.ts\` holds ${Object.keys(CLASSES).length} classes of ${TRAIN + TEST} pictures of ${SIDE}x${SIDE} pixels, ${TEST} of each held out. They are adaptations of emoji artwork by others,
each under the licence of its original:

${sources.join('\n')}

No licensor endorses vlm-gym or its use. The artwork comes without warranties, as its licences say.

## What was changed

Each drawing was fitted to the square by its covered box, in some pictures mirrored, turned by up to 20 degrees, put on a ground of one or
two soft colours, and rasterised to ${SIDE}x${SIDE} RGB. Several pictures of deer, frogs, horses, airplanes and trucks show one drawing in different ways.

## Drawings

Written source/name, with the names of the npm packages. A drawing of the test split shows up in no picture of the train split.

| Class | Train | Test |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** Every picture at twice its size, a class a row, the held-out ones last. */
function contactSheet(bundle) {
  const cell = 2 * SIDE
  const png = new PNG({ width: (TRAIN + TEST) * cell, height: bundle.length * cell })
  for (let i = 0; i < png.width * png.height; i++) {
    const [x, y] = [i % png.width, Math.floor(i / png.width)]
    const rgb = bundle[Math.floor(y / cell)][Math.floor(x / cell)]
    const at = 3 * (Math.floor((y % cell) / 2) * SIDE + Math.floor((x % cell) / 2))
    png.data.set([rgb[at], rgb[at + 1], rgb[at + 2], 255], 4 * i)
  }
  return PNG.sync.write(png)
}

const bundle = Object.values(CLASSES).map(({ train, test, turning }) => [
  ...pictures(train, TRAIN, turning),
  ...pictures(test, TEST, turning),
])
writeFileSync(join(root, 'src/pictures/bundled-data.ts'), dataModule(bundle))
writeFileSync(join(root, 'assets/pictures/ATTRIBUTION.md'), attribution())
if (process.argv[3]) writeFileSync(process.argv[3], contactSheet(bundle))
