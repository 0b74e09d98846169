/**
 * The renderer's inner loops, in AssemblyScript: `npm run kernel` compiles this file to kernel-data.ts, which kernel.ts loads.
 * Everything here works on addresses in the kernel's own memory; nothing is checked, that is the callers' task.
 */

/** A block of memory of `size` bytes. */
export function allocate(size: i32): usize {
  return heap.alloc(size)
}

/** Gives a block back. */
export function release(block: usize): void {
  heap.free(block)
}

/** A sprite ready for copying: `height` rows of `width` bytes at `pixels`, one after the other. */
@unmanaged
class Stamp {
  pixels: usize
  width: i32
  height: i32
}

/** A place in a picture, pixels. */
@unmanaged
class Box {
  x: i32
  y: i32
  width: i32
  height: i32
}

/**
 * Draws the items whose sprite is not the one that stands there already, in their order. Arrays of i32, one for each item: `sprites` is
 * wanted, `drawn` stands on the canvas (-1: nothing) and is brought up to date.
 */
export function draw(
  count: i32,
  sprites: usize,
  drawn: usize,
  boxes: usize,
  stamps: usize,
  canvas: usize,
  stride: i32,
  channels: i32,
): void {
  for (let i = 0; i < count; i++) {
    const sprite = load<i32>(sprites + (i << 2))
    if (load<i32>(drawn + (i << 2)) == sprite) continue
    store<i32>(drawn + (i << 2), sprite)
    const box = changetype<Box>(boxes + i * offsetof<Box>())
    copyRows(changetype<Stamp>(stamps + sprite * offsetof<Stamp>()), canvas + box.y * stride + box.x * channels, stride)
  }
}

/** Copies a sprite to `to`; the rows of the target are `stride` bytes apart. Sixteen bytes at a time, the last ones overlapping. */
function copyRows(stamp: Stamp, to: usize, stride: i32): void {
  const width = stamp.width
  let from = stamp.pixels
  for (let y = stamp.height; y > 0; y--, from += width, to += stride) {
    if (width < 16) {
      for (let x = 0; x < width; x++) store<u8>(to + x, load<u8>(from + x))
      continue
    }
    const last = width - 16
    for (let x = 0; x < last; x += 16) v128.store(to + x, v128.load(from + x))
    v128.store(to + last, v128.load(from + last))
  }
}

/** A catalogue as deflate symbols for one width of picture; see SpriteCode in sprite-code.ts. Addresses of arrays, and numbers. */
@unmanaged
class Code {
  /** Bytes of a row of the picture, its filter byte included. */
  stride: i32
  /** Bytes of a pixel, 1 or 3, and those of a background pixel, the first one lowest. */
  channels: i32
  ground: i32
  sprites: i32
  headBits: i32
  /** u8: the head of the block. */
  head: usize
  /** u16, u8: words of literals and lengths, and their bits. */
  literalWords: usize
  literalBits: usize
  /** u32, u8: by length of match 3..258, its word with the extra bits, and their bits. */
  lengthWords: usize
  lengthBits: usize
  /** u64, u8: by length of match, the word of a match with the row above, and its bits. */
  copyWords: usize
  copyBits: usize
  /** u16, u8: words of distances, and their bits. */
  distanceWords: usize
  distanceBits: usize
  /** i32, i32, i32, u8: as in SpriteCode. */
  rows: usize
  places: usize
  first: usize
  chunks: usize
  /** i32: two by sprite, numbers of its first and its last row; equal rows have equal numbers. */
  edges: usize
  /** i32: three by sprite, its sums `plain`, `byColumn`, `byRow`. */
  sums: usize
  /** i32, by sprite: where it stood last; for findNearby to use. */
  last: usize
}

/** Rows `top` … `bottom` - 1 of a picture, followed by `count` segments; see Band and Segment in layout.ts. */
@unmanaged
class Band {
  top: i32
  bottom: i32
  count: i32
}

@unmanaged
class Segment {
  width: i32
  item: i32
  y: i32
  above: i32
  goesOn: i32
}

const LONGEST_MATCH: i32 = 258
const WINDOW: i32 = 32768

/** The bits that are written and do not fill a byte yet, low bit first; how many; and the address where they go. */
let out: usize = 0
let held: u64 = 0
let count: i32 = 0

/** Bytes that are a match and not written yet: 0, 1 (a filter byte) or 3 and more; and how far before them the same bytes stand. */
let pending: i32 = 0
let distance: i32 = 0

/** The catalogue that is written. */
let code: Code = changetype<Code>(0)

/**
 * Writes the compressed pixels of a picture to `to`, then their Adler-32, then the CRC-32 of all that and the four bytes before it; returns
 * the bytes without the CRC. `sprites`: i32 for each of the `items`; `nearby`: room for as many. `plain` and `weighted`: the sums of
 * Adler-32 over the background alone.
 */
export function encode(
  catalogue: usize,
  items: i32,
  sprites: usize,
  nearby: usize,
  boxes: usize,
  bands: usize,
  bandsEnd: usize,
  height: i32,
  plain: i32,
  weighted: i32,
  to: usize,
): i32 {
  code = changetype<Code>(catalogue)
  out = to
  held = 0
  count = 0
  pending = 0
  distance = 0
  put(0x0178, 16)
  putBits(code.head, code.headBits)
  findNearby(items, sprites, nearby, boxes)
  while (bands < bandsEnd) bands = paintBand(changetype<Band>(bands), sprites, nearby)
  flush()
  literal(256)
  if (count > 0) out++
  store<u32>(out, bswap(adler(items, sprites, boxes, height, plain, weighted)))
  const size = (out - to) as i32 + 4
  store<u32>(to + size, bswap(crc32(to - 4, size + 4)))
  return size
}

/** Writes the rows of a band; returns the address of the next one. */
function paintBand(band: Band, sprites: usize, nearby: usize): usize {
  const first = changetype<usize>(band) + offsetof<Band>()
  const end = first + band.count * offsetof<Segment>()
  for (let y = band.top; y < band.bottom; y++) {
    if (y == 0) literal(0)
    else copy(1)
    for (let at = first; at < end; at += offsetof<Segment>()) {
      const segment = changetype<Segment>(at)
      const item = segment.item
      if (item < 0) background(segment, y)
      else if (y == segment.y && sameAbove(segment, sprites)) copy(segment.width)
      else row(load<i32>(sprites + (item << 2)), y - segment.y, segment.width, load<i32>(nearby + (item << 2)))
    }
  }
  return end
}

function background(segment: Segment, y: i32): void {
  const width = segment.width
  if (width >= 3 && (segment.goesOn || y > segment.y)) copy(width)
  else {
    flush()
    run(width)
  }
}

/** Whether the sprite right above ends with the row that this one begins with. */
function sameAbove(segment: Segment, sprites: usize): bool {
  if (segment.above < 0 || segment.width < 3) return false
  const above = load<i32>(sprites + (segment.above << 2))
  const below = load<i32>(sprites + (segment.item << 2))
  return load<i32>(code.edges + (above << 3), 4) == load<i32>(code.edges + (below << 3))
}

/** A row of a sprite: what equals the row above and chunks, or a match with an equal row of the sprite or of one like it. */
function row(sprite: i32, y: i32, width: i32, nearby: i32): void {
  const index = load<i32>(code.first + (sprite << 2)) + y
  let record = code.rows + (load<i32>(code.places + (index << 2)) << 2)
  const chunks = load<i32>(record)
  const lead = load<i32>(record, 12)
  if (chunks == 0) {
    copy(lead)
    return
  }
  const equal = nearby > 0 ? nearby : load<i32>(record, 8) * code.stride
  if (equal > 0) {
    if (pending > 0 && distance == equal) {
      pending += width
      return
    }
    const length = width - lead
    if (length >= 3 && matchCost(length, equal) < load<i32>(record, 4)) {
      copy(lead)
      flush()
      pending = length
      distance = equal
      return
    }
  }
  copy(lead)
  record += 16
  for (let end = record + chunks * 12; record < end; record += 12) {
    flush()
    putBits(code.chunks + load<i32>(record), load<i32>(record, 4))
    copy(load<i32>(record, 8))
  }
}

function matchCost(length: i32, far: i32): i32 {
  const extra = extraBits(far)
  return load<u8>(code.lengthBits + min(length, LONGEST_MATCH)) + load<u8>(code.distanceBits + distanceSymbol(far, extra)) + extra
}

/** The next `bytes` equal those of the row above. */
function copy(bytes: i32): void {
  if (distance != code.stride) {
    if (bytes == 0) return
    flush()
    distance = code.stride
  }
  pending += bytes
}

/** Writes what is pending. */
function flush(): void {
  let left = pending
  if (left == 0) return
  pending = 0
  if (left == 1) {
    literal(0)
    return
  }
  for (; left > LONGEST_MATCH; ) {
    const length = left - LONGEST_MATCH < 3 ? left - 3 : LONGEST_MATCH
    match(length, distance)
    left -= length
  }
  if (distance == code.stride) put(load<u64>(code.copyWords + (left << 3)), load<u8>(code.copyBits + left))
  else match(left, distance)
}

function literal(symbol: i32): void {
  put(load<u16>(code.literalWords + (symbol << 1)), load<u8>(code.literalBits + symbol))
}

function match(length: i32, far: i32): void {
  const extra = extraBits(far)
  const symbol = distanceSymbol(far, extra)
  const bits: i32 = load<u8>(code.distanceBits + symbol)
  const word: u64 = load<u16>(code.distanceWords + (symbol << 1)) | (((far - 1) & ((1 << extra) - 1)) << bits)
  const before: i32 = load<u8>(code.lengthBits + length)
  put(load<u32>(code.lengthWords + (length << 2)) | (word << before), before + bits + extra)
}

/** How many bits follow the symbol of a distance. */
function extraBits(far: i32): i32 {
  return far < 5 ? 0 : 30 - clz(far - 1)
}

function distanceSymbol(far: i32, extra: i32): i32 {
  return 2 * extra + ((far - 1) >> extra)
}

/** Background of `bytes` bytes: its first pixel, and a match with that. */
function run(bytes: i32): void {
  const channels = code.channels
  for (let i = 0; i < channels; i++) literal((code.ground >> (i << 3)) & 255)
  for (let left = bytes - channels; left > 0; ) {
    const length = left < 3 ? 1 : min(left, LONGEST_MATCH)
    if (length == 1) literal(code.ground)
    else match(length, channels)
    left -= length
  }
}

/** Writes the low `bits` of a word, 0..56; the others are 0. */
@inline
function put(word: u64, bits: i32): void {
  held |= word << count
  store<u64>(out, held)
  count += bits
  out += count >> 3
  held >>= count & ~7
  count &= 7
}

/** Writes the first `bits` at an address; eight bytes beyond the last may be read. */
@inline
function putBits(from: usize, bits: i32): void {
  for (; bits > 56; bits -= 56, from += 7) put(load<u64>(from) & 0xff_ffff_ffff_ffff, 56)
  put(load<u64>(from) & (((1 as u64) << bits) - 1), bits)
}

/** Finds for each item, in the order of the items, how far before it the same sprite stands, bytes; 0 if nowhere near. */
function findNearby(items: i32, sprites: usize, nearby: usize, boxes: usize): void {
  memory.fill(code.last, 0xff, code.sprites << 2)
  for (let i = 0; i < items; i++) {
    const last = code.last + (load<i32>(sprites + (i << 2)) << 2)
    const before = load<i32>(last)
    const at = placeOf(boxes, i)
    const far = at - before
    store<i32>(nearby + (i << 2), before >= 0 && far > 0 && far <= WINDOW ? far : 0)
    store<i32>(last, at)
  }
}

/** Bytes from the picture's first pixel to an item's. */
function placeOf(boxes: usize, item: i32): i32 {
  const box = changetype<Box>(boxes + item * offsetof<Box>())
  return box.y * code.stride + box.x
}

/** Adler-32 of the pixels and filter bytes: that of the background, and what each sprite adds. */
function adler(items: i32, sprites: usize, boxes: usize, height: i32, plain: i64, weighted: i64): u32 {
  const stride = code.stride as i64
  const total = stride * height
  for (let i = 0; i < items; i++) {
    const sums = code.sums + load<i32>(sprites + (i << 2)) * 12
    const own = load<i32>(sums) as i64
    plain += own
    weighted += (total - 1 - placeOf(boxes, i)) * own - stride * load<i32>(sums, 8) - load<i32>(sums, 4)
  }
  return (modulo(weighted + total) << 16) | modulo(plain + 1)
}

/** The remainder by the checksum's prime, 0 or more. */
function modulo(value: i64): u32 {
  const rest = value % 65521
  return (rest < 0 ? rest + 65521 : rest) as u32
}

/** [k * 256 + byte]: what a byte does to a CRC-32 when k bytes follow it (eight at a time, Kounavis & Berry). */
const crcTable = heap.alloc(8 * 256 * 4)
for (let n = 0; n < 2048; n++) {
  let c: u32 = n < 256 ? n : load<u32>(crcTable + ((n - 256) << 2))
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  store<u32>(crcTable + (n << 2), c)
}

/** CRC-32 of `size` bytes. */
function crc32(at: usize, size: i32): u32 {
  let crc: u32 = 0xffffffff
  const end = at + size
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ load<u32>(at)
    const high = load<u32>(at, 4)
    crc = step(low, 7) ^ step(low >>> 8, 6) ^ step(low >>> 16, 5) ^ step(low >>> 24, 4)
    crc ^= step(high, 3) ^ step(high >>> 8, 2) ^ step(high >>> 16, 1) ^ step(high >>> 24, 0)
  }
  for (; at < end; at++) crc = step(crc ^ load<u8>(at), 0) ^ (crc >>> 8)
  return ~crc
}

/** What the low byte does to the sum when `after` bytes follow it. */
@inline
function step(byte: u32, after: i32): u32 {
  return load<u32>(crcTable + (after << 10) + ((byte & 255) << 2))
}
