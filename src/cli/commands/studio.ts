/** `vlm-gym studio`: games and folders on a page in the browser, also while they are growing. */
import type { Command } from 'commander'
import { serveStudio } from '../../studio/studio-server.ts'
import { withPictures, withPlugins } from '../extras-options.ts'
import { serveUntilInterrupted } from '../interrupt.ts'
import { wholeNumber, withExamples, withJson } from '../options.ts'
import { STUDIO_PORT } from '../studio-beside.ts'
import { printJson, printLines } from '../terminal.ts'

/** Options and action of `studio`. */
export function defineStudio(command: Command): void {
  command.argument('[folder...]', 'folders of vlm-gym train, eval or teach, also while they are growing or still to come')
  command.option('--port <n>', 'port to listen on, of this machine alone; 0 picks a free one', wholeNumber(0, 65_535), STUDIO_PORT)
  withPlugins(command)
  withPictures(command)
  withJson(command)
  withExamples(command, [
    ['vlm-gym studio', 'the games at http://127.0.0.1:8777: play them, and look at their levels, knobs and prompts'],
    ['vlm-gym studio runs/laptop-0', 'at http://127.0.0.1:8777: results and curves, which grow while the run goes on; Ctrl-C stops it'],
    ['vlm-gym studio runs/laptop-0 runs/laptop-1', 'several runs, one at a time or side by side'],
    ['vlm-gym studio runs/laptop-0 runs/qwen', 'a training run and an evaluation, with what was seen and said in each episode'],
  ])
  command.action(async (folders: string[], { port, json }: { port: number; json?: boolean }) => {
    const studio = await serveStudio({ folders, port })
    if (json) printJson({ url: studio.url })
    else printLines([`the studio is at ${studio.url}`, 'Ctrl-C stops it'])
    await serveUntilInterrupted(studio, 'stopping')
  })
}
