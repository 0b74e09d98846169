/** `vlm-gym export`: a trained model as one ONNX file, for onnxruntime-web and other runtimes. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { exportCheckpoint } from '../../jobs/index.ts'
import { checkOwnFile, type OwnFile, writeOwnFile } from '../../runs/index.ts'
import { wholeNumber, withExamples, withFileForce, withJson } from '../options.ts'
import { printJson, printLines } from '../terminal.ts'

interface ExportFlags {
  readonly out: string
  readonly rows: number
  readonly columns: number
  readonly engine: string
  readonly force?: boolean
  readonly json?: boolean
}

/** Options and action of `export`. */
export function defineExport(command: Command): void {
  command.argument('<checkpoint>', 'a .safetensors file that vlm-gym train wrote')
  command.requiredOption('--out <file>', 'ONNX file to write')
  command.option('--rows <n>', 'patches from top to bottom of the pictures it will see', wholeNumber(1, 64), 4)
  command.option('--columns <n>', 'patches from left to right', wholeNumber(1, 64), 4)
  command.option('--engine <package>', 'package that made the checkpoint', '@vlm-gym/engine-onnx')
  withFileForce(command)
  withJson(command)
  withExamples(command, [
    [
      'vlm-gym export runs/laptop-0/checkpoints/g1.safetensors --out g1.onnx',
      'for pictures of 4×4 tiles; how to prepare its inputs and read its output stands in the file’s metadata and in docs/export.md',
    ],
    ['vlm-gym export g1.safetensors --rows 5 --columns 5 --out swap.onnx --json', 'for pictures of 5×5 tiles'],
  ])
  command.action(async (checkpoint: string, { out, rows, columns, engine: name, force = false, json }: ExportFlags) => {
    const file: OwnFile = { path: out, form: 'onnx', source: `export ${resolve(checkpoint)}`, force }
    await checkOwnFile(file)
    const { onnx, info } = await exportCheckpoint(checkpoint, { engine: name, rows, columns })
    const { place, bytes } = await writeOwnFile(file, onnx)
    // What goes down a pipe, such as /dev/stdout, has nothing behind it.
    if (place === 'device') return
    if (json) printJson({ out, bytes, rows, columns, engine: info.name, parameters: info.parameters })
    else printLines([`${out}: ${bytes.toLocaleString('en-US')} bytes, for pictures of ${rows} by ${columns} patches`])
  })
}
