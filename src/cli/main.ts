#!/usr/bin/env node
/** The command `vlm-gym`. */
import { COMMANDS } from './command-table.ts'
import { runCli } from './run.ts'

process.exitCode = await runCli(COMMANDS, process.argv.slice(2))
