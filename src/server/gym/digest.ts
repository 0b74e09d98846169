/** Node's SHA-256, for state tokens. */
import { hash } from 'node:crypto'
import type { Digest } from '../../gym/index.ts'

/** SHA-256 of a text, as hex digits. */
export const nodeDigest: Digest = (text) => hash('sha256', text, 'hex')
