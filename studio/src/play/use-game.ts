/** A game, loaded when a view first needs it. */
import { useEffect, useState } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { loadGame } from '../../../src/games/registry.ts'

/** The game of that id; `problem`: why there is none. Both null while it is loading. */
export function useGame(id: string): { readonly game: AnyGame | null; readonly problem: string | null } {
  const [found, setFound] = useState<{ readonly game: AnyGame | null; readonly problem: string | null }>({ game: null, problem: null })
  useEffect(() => {
    let open = true
    const set = (game: AnyGame | null, problem: string | null): void => void (open && setFound({ game, problem }))
    set(null, null)
    loadGame(id).then(
      (game) => set(game, null),
      (error: Error) =>
        set(null, error instanceof TypeError ? 'the game could not be loaded; is the server still there? Reload the page' : error.message),
    )
    return () => {
      open = false
    }
  }, [id])
  return found
}
