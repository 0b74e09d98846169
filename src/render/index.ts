/** Rendering: Scene -> Frame -> PNG, SVG or canvas. Isomorphic; knows no game. */
export { type CanvasContextLike, drawSceneOnCanvas, type ImageDataLike } from './canvas.ts'
export { frameHash, frameToRgb, frameToRgba } from './frame.ts'
export { encodePng, type PngOptions } from './png.ts'
export { createRenderer, type Renderer, renderInto, renderScene } from './renderer.ts'
export { type SvgOptions, sceneToSvg } from './svg.ts'
export { textWidth } from './text.ts'
export { THEMES, themeNamed } from './themes.ts'
