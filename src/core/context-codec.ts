import { advertise } from './advertise.js'
import { attachContext, replaceContext } from './attach.js'
import { decodeContext, encodeContext, mismatchProblem, missingProblem } from './codec.js'
import { contextSettings } from './context-settings.js'
import { copier } from './json-copy.js'
import { knownFields } from './known-fields.js'
import { addSource, contextOf } from './sources.js'
import { supportedContexts } from './supported-contexts.js'

/**
 * What is done with the contexts of a definition. It goes with the definition, so that an application has its code once,
 * however many entries of this package it uses.
 */
export const contextCodec = {
  encode: encodeContext,
  decode: decodeContext,
  mismatch: mismatchProblem,
  missing: missingProblem,
  settings: contextSettings,
  fields: knownFields,
  addSource,
  contextOf,
  copier,
  attach: attachContext,
  reattach: replaceContext,
  advertise,
  supported: supportedContexts,
} as const

export type ContextCodec = typeof contextCodec
