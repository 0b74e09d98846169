/** Picture Shisen-Sho as in the paper: the family's counting, and the results known of this game. */
import type { Protocol } from '../../game-presets.ts'
import { counting, measured, published } from '../shisen-sho/paper.ts'

/** Source of the published rows: the table of results of arXiv 2505.13426, where the pictures are those of CIFAR-10. */
export const protocol: Protocol = {
  ...counting,
  results: [
    measured('reference-random', 50, 0.451, 0.022),
    measured('uniform', 50, 0.611, 0.024),
    published('Random', 0.4),
    published('GPT-4o', 4.7),
    published('Qwen2.5-VL-72B', 0.8),
    published('o1', 5.4),
    published('G0-7B', 8),
    published('Claude-3.7-Sonnet-Thinking', 8.7),
    published('G1-7B', 14.1),
  ],
}
