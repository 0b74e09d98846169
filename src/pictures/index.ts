/** Picture sets: labelled pictures for games that ask what is on them. The bundled set, and any that a program registers. Isomorphic. */
export { type Cifar10Records, CIFAR10_CLASSES, parseCifar10Batch } from './cifar10.ts'
export { bundledPictures } from './bundled.ts'
export { type PictureSet, pictureSetNamed, pictureSetNames, registerPictureSet } from './sets.ts'
