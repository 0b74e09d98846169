/** Buttons that save states as pictures: one as PNG, a row of them as GIF. */
import { useState } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { drawPng, drawState } from '../../../src/gym/index.ts'
import type { Skin } from '../../../src/scene.ts'
import { saveFile } from '../save.ts'
import { tileFor } from './picture.tsx'

/** Pixels of the longer side, about. */
const SIZE = 480

export function SavePictures(props: {
  readonly game: AnyGame
  readonly look: Omit<Skin, 'tile'>
  /** The state that is shown. */
  readonly state: unknown
  /** All states in their order. */
  readonly states: () => readonly unknown[]
}) {
  const { game, look, state, states } = props
  const [busy, setBusy] = useState(false)
  const skin = (): Skin => ({ ...look, layout: 'full', tile: tileFor(game, state, { ...look, layout: 'full' }, SIZE) })
  const png = (): void => {
    saveFile(`${game.id}.png`, new Blob([new Uint8Array(drawPng(game, state, skin()))], { type: 'image/png' }))
  }
  const gif = async (): Promise<void> => {
    setBusy(true)
    try {
      const { gifOf } = await import('../gif.ts')
      const one = skin()
      saveFile(`${game.id}.gif`, gifOf(states().map((each) => drawState(game, each, one))))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <button type="button" onClick={png}>
        Save as PNG
      </button>
      <button type="button" disabled={busy} onClick={() => void gif()}>
        Save as GIF
      </button>
    </>
  )
}
