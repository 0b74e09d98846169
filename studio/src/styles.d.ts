declare module '*.css'
declare module '*.wasm?url' {
  const address: string
  export default address
}
declare module 'gifenc' {
  type Palette = number[][]
  export function GIFEncoder(): {
    writeFrame(pixels: Uint8Array, width: number, height: number, options: { palette: Palette; delay: number }): void
    finish(): void
    bytes(): Uint8Array
  }
  export function quantize(rgba: Uint8Array | Uint8ClampedArray, colours: number): Palette
  export function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: Palette): Uint8Array
}
interface ImportMeta {
  readonly env: { readonly MODE: string }
}
