/** Command lines that show the same as the page, each with a button that copies it. */
import { useState } from 'preact/hooks'
import type { CommandLine } from './start.ts'

export function Commands({ lines }: { readonly lines: readonly CommandLine[] }) {
  return (
    <dl class="command-lines">
      {lines.map(({ about, text }) => (
        <div key={about}>
          <dt>{about}</dt>
          <dd>
            <code>{text}</code>
            <Copy text={text} label={`Copy the command line: ${about}`} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A button that copies a text, and says whether it could. */
export function Copy({ text, label, children = 'Copy' }: { readonly text: string; readonly label: string; readonly children?: string }) {
  const [said, setSaid] = useState<string | null>(null)
  const copy = async (): Promise<void> => {
    setSaid(
      await navigator.clipboard.writeText(text).then(
        () => 'Copied',
        () => 'The browser refuses',
      ),
    )
    setTimeout(() => setSaid(null), 1500)
  }
  return (
    <button type="button" class="copy" aria-label={said ?? label} onClick={() => void copy()}>
      {said ?? children}
    </button>
  )
}
