/** Whether this page is part of a static site, without a server: what a server would answer then stands in files beside it. */
export const SITE = import.meta.env.MODE === 'site'

/** A run of the site: a page of its own. */
export interface SiteRun {
  readonly name: string
  readonly file: string
}

/** Where the list of trained models stands. */
export const MODELS = SITE ? 'models.json' : 'api/models'

/** Where the file of a model stands. */
export const modelFile = (id: string, name: string, rows: number, columns: number): string =>
  `${SITE ? 'models' : 'api/models'}/${id}/${encodeURIComponent(name)}/${rows}x${columns}.onnx`
