/** The data card: README.md with the front matter that the Hugging Face Hub reads. Written last, so its being there says that the set is whole. */
import { SPLITS, type Split } from '../datasets/index.ts'
import type { ReplyTags } from '../gym/index.ts'
import type { Policy } from '../policy.ts'
import type { RunFolder } from '../runs/index.ts'
import type { TeachConfig } from './config.ts'
import { REASONS, type Reason } from './filters.ts'
import { parquetFile } from './parquet.ts'
import { repliesOf, type TeachProgress } from './progress.ts'

/** The Hub's classes of size, by their upper bounds. */
const SIZES = [
  [1e3, 'n<1K'],
  [1e4, '1K<n<10K'],
  [1e5, '10K<n<100K'],
  [1e6, '100K<n<1M'],
] as const

const OWN_TAGS: Readonly<Record<ReplyTags, string>> = {
  paper: '`<think>` and `<answer>`',
  neutral: '`<rationale>` and `<move>`',
}

/** What a chat template makes of a reply in these tags. */
const TEMPLATES: Readonly<Record<ReplyTags, string>> = {
  paper: `**This set is not for every chat template.** Its replies have the tags \`<think>\` and \`</think>\`, and templates of reasoning models
(Qwen3 and its vision models, GLM-4.5 and 4.6, distillates of DeepSeek-R1) take these for their own: of an assistant turn they keep what
follows \`</think>\`, and thoughts from \`<think>\` on. What stands before them, the perception, is lost. The set is for templates that leave an
assistant turn as it is (Qwen2.5-VL, SmolVLM, Idefics3) and for the embedded model of vlm-gym. To find out which kind a model's is:

\`\`\`python
"</think>" in processor.chat_template  # True: take a set made with --tags neutral instead
\`\`\``,
  neutral: `The tags \`<perception>\`, \`<rationale>\` and \`<move>\` belong to no chat template, reasoning parser or trainer that we know: an assistant turn comes
through whole. \`vlm-gym eval\` asks a model behind HTTP for the same tags.`,
}

const sizeOf = (count: number): string => SIZES.find(([below]) => count < below)?.[1] ?? 'n>1M'
const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)

/** What a data set holds. */
export interface Contents {
  readonly parts: Readonly<Record<Split, number>>
  /** Examples by game. */
  readonly games: ReadonlyMap<string, number>
}

/** Writes the card of a data set that is whole; one that is empty has none. */
export async function writeCard(
  folder: RunFolder,
  config: TeachConfig,
  policy: Pick<Policy, 'name' | 'privileged'>,
  progress: Pick<TeachProgress, 'counts' | 'mended'>,
  contents: Contents,
): Promise<void> {
  await folder.write('README.md', cardOf(config, policy, progress, contents))
}

function cardOf(
  config: TeachConfig,
  { name, privileged }: Pick<Policy, 'name' | 'privileged'>,
  { counts, mended }: Pick<TeachProgress, 'counts' | 'mended'>,
  contents: Contents,
): string {
  const games = [...contents.games.keys()]
  const parts = SPLITS.map((split) => ({ split, count: contents.parts[split] })).filter(({ count }) => count > 0)
  const asked = repliesOf(counts)
  const row = (what: string, count: number): string => `| ${what} | ${count} | ${percent(count, asked)} |`
  const reasons = (Object.keys(REASONS) as Reason[])
    .filter((reason) => reason !== 'failed')
    .map((reason) => row(`dropped: ${REASONS[reason]}`, counts[reason]))
  const failed = counts.failed === 0 ? '' : `Beside these, ${counts.failed} requests brought no reply. `
  const horizons = [...new Set(config.games.map(({ horizon = config.horizon }) => horizon))].sort((a, b) => a - b)
  const limits = [
    `an environment reward of ${config.minReward} or more`,
    ...(config.maxRegret === null ? [] : [`at most ${config.maxRegret} points lost against the solver`]),
  ]
  return `---
pretty_name: "vlm-gym: ${games.join(', ')}, taught by ${name.replaceAll('"', "'")}"
task_categories:
- image-text-to-text
language:
- en
tags:
- vlm-gym
- games
- synthetic
size_categories:
- ${sizeOf(counts.kept)}
configs:
- config_name: default
  data_files:
${parts.map(({ split }) => `  - split: ${split}\n    path: ${parquetFile(split)}`).join('\n')}
---
# Cold-start data from vlm-gym

Boards of ${games.join(', ')} as pictures, each with a prompt and the reply of a teacher: \`<perception>\` the true board, ${OWN_TAGS[config.tags]} the
teacher's own. Made by \`vlm-gym teach\` for perception-enhanced cold starts, as in the paper *G1* (arXiv 2505.13426).

| | |
|---|---|
| teacher | ${name}${config.teacher.model === 'scripted' ? ` (blind spots ${config.teacher.blind ? 'on' : 'off'}, slips ${percent(config.teacher.slip, 1)}, insights ${percent(config.teacher.insight, 1)})` : ''}, ${privileged ? 'handed the state' : 'told the true perception beside the picture'} |
| games | ${games.join(', ')}; the teacher's own moves are played, up to ${horizons.join(', ')} a game |
| pictures | theme ${config.skin.theme}, tiles of ${config.skin.tile} pixels, layout ${config.skin.layout} |
| prompts | ${config.prompt} |
| tags of the replies | ${config.tags} |
| kept | replies in the format, with a true perception, a legal move, ${limits.join(', ')} |
| seed | ${config.seed} |
${parts.map(({ split, count }) => `| ${split} | ${count} examples |`).join('\n')}
${games.length > 1 ? `| by game | ${games.map((game) => `${game} ${contents.games.get(game)}`).join(', ')} |\n` : ''}
The part of an example is decided by the hash of its board: equal boards are all in one part. ${percent(config.heldOut, 1)} of the boards are held out.
${counts.kept < config.examples ? `\n**Fewer than wanted**: ${counts.kept} of ${config.examples} examples after ${asked} replies, the most that were to be asked for.\n` : ''}
## What became of the teacher's replies

| reply | count | share |
|---|---:|---:|
${[row('kept', counts.kept), ...reasons, row('all', asked)].join('\n')}

A reply is counted once, at the first reason that holds. ${failed}${mended > 0 ? `${mended} of the kept ones were put right: words or a code fence around the layout, decorations of a move or a board. ` : ''}\`replies.jsonl\` holds every reply as it came.

## Chat templates

${TEMPLATES[config.tags]}

## Columns

| column | is |
|---|---|
| \`images\` | a list with one picture |
| \`messages\` | the user's message (the picture's place, then the prompt) and the assistant's |
| \`id\` | hash of what a model sees: game, prompt, picture |
| \`game\`, \`action\` | the game, and the move in its canonical text |
| \`reward\`, \`regret\` | environment reward of the move; points lost against the solver, null unless it was asked |
| \`state\` | the state as a token of vlm-gym: \`vlm-gym show --state TOKEN\` |

\`examples.jsonl\` holds the same examples with the pictures as files.

\`\`\`python
from datasets import load_dataset

data = load_dataset("path/to/this/folder")
data["train"][0]["images"][0]  # a PIL image
\`\`\`

TRL's \`SFTTrainer\` trains a VLM on these columns as they are. \`vlm-gym train --set coldStart.dataset=FOLDER\` trains the embedded model, if the set was
made for that run (\`vlm-gym teach --preset NAME\`, or \`--config FILE\`).

Choose a licence before you publish the set: the pictures are made by vlm-gym (Apache-2.0, with the notices it lists), the replies by the teacher.
`
}
