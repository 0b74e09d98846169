/** Which model is shown: one of the runs that the studio was given, or a file of the reader's own. Its runtime is loaded when it is chosen. */
import { useEffect, useState } from 'preact/hooks'
import type { StudioModel } from '../../../src/studio/model-routes.ts'
import { MODELS, modelFile } from '../site.ts'
import type { BrowserModel, ModelSource } from './model.ts'

async function fileAt(path: string): Promise<Uint8Array> {
  const response = await fetch(path)
  if (!response.ok) {
    const body = (await response.json().catch(() => null)) as { error: string } | null
    throw new Error(body?.error ?? 'this site has no model for boards of this size; choose knobs as the preset laptop has them')
  }
  return new Uint8Array(await response.arrayBuffer())
}

/** The models of the studio's runs; none where it has no runs or cannot be asked. */
function useModels(): readonly StudioModel[] {
  const [models, setModels] = useState<readonly StudioModel[]>([])
  useEffect(() => {
    fetch(MODELS)
      .then(async (response) => (response.ok ? ((await response.json()) as StudioModel[]) : []))
      .then(setModels, () => {})
  }, [])
  return models
}

/** A choice of models; `onModel` is told of the one that is chosen, null for none. */
export function ChooseModel({ onModel }: { readonly onModel: (model: BrowserModel | null) => void }) {
  const models = useModels()
  const [problem, setProblem] = useState<string | null>(null)
  const choose = async (name: string, source: ModelSource): Promise<void> => {
    setProblem(null)
    try {
      const { BrowserModel: Model } = await import('./model.ts')
      onModel(new Model(name, source))
    } catch {
      setProblem('the runtime of models could not be loaded; is the server still there? Reload the page')
    }
  }
  return (
    <>
      <p class="choose-model">
        {models.length > 0 && (
          <label>
            Model
            <select
              onChange={({ currentTarget: { value } }) => {
                const model = models[Number(value)]
                if (value === '' || model === undefined) onModel(null)
                else void choose(model.name, (rows, columns) => fileAt(modelFile(model.id, model.name, rows, columns)))
              }}
            >
              <option value="">none</option>
              {models.map(({ run, name }, at) => (
                <option key={`${run} ${name} ${at}`} value={at}>
                  {name} of {run}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          {models.length > 0 ? 'or a file of vlm-gym export' : 'A file of vlm-gym export'}
          <input
            type="file"
            accept=".onnx"
            onChange={({ currentTarget: { files } }) => {
              const file = files?.[0]
              if (file !== undefined) void choose(file.name.replace(/\.onnx$/, ''), async () => new Uint8Array(await file.arrayBuffer()))
            }}
          />
        </label>
      </p>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
