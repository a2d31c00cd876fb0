// Every comparison side by side, in one run. It reports, on the terminal and in RESULTS.md; it does not judge.
import { writeFileSync } from 'node:fs'
import { clientStepSections } from './client-steps.js'
import { contextFetchSections } from './context-fetch.js'
import { fieldSections } from './growth-fields.js'
import { viewSections } from './growth-views.js'
import { headerStepSections } from './header-steps.js'
import { installingSections } from './installing.js'
import { ROOT, surroundings } from './machine.js'
import { millionCallSections } from './million-calls.js'
import { poolSections } from './pool.js'
import { reconnectingSections } from './reconnecting.js'
import { resultsOf, sectionText, targetText } from './results.js'
import type { Section } from './section.js'
import { serverStepSections } from './server-steps.js'
import { sharedHeaderSections } from './shared-header.js'
import { viewCallSections } from './view-call.js'

const PARTS: Readonly<Record<string, () => AsyncIterable<Section>>> = {
  'a view and `_meta` by hand': viewCallSections,
  reconnecting: reconnectingSections,
  'a pool': poolSections,
  'a shared header': sharedHeaderSections,
  'steps of the client': clientStepSections,
  'steps of the server': serverStepSections,
  'steps of headers': headerStepSections,
  'many views': viewSections,
  'many fields': fieldSections,
  'a million calls': millionCallSections,
  installing: installingSections,
  contextFetch: contextFetchSections,
}

const start = performance.now()
const names = Object.keys(PARTS)
const wanted = process.argv.slice(2)
const sections: Section[] = []
console.log(`${surroundings().join('\n')}\n`)
for (const [index, name] of names.entries()) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const seconds = Math.round((performance.now() - start) / 1000)
  console.log(`[${index + 1} of ${names.length}, after ${seconds} s] ${name}\n`)
  for await (const section of PARTS[name]?.() ?? []) {
    console.log(`${sectionText(section)}\n`)
    sections.push(section)
  }
}
console.log(targetText(sections))
console.log(`\n${Math.round((performance.now() - start) / 1000)} s in all`)
// Parts of it are for whoever works on them.
if (wanted.length === 0) writeFileSync(new URL('bench/RESULTS.md', ROOT), resultsOf(sections))
