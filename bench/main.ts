// Every comparison side by side, in one run.
import { cpus } from 'node:os'
import { contextFetchSections } from './context-fetch.js'
import { tableOf } from './table.js'

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`)
for (const section of await contextFetchSections()) console.log(tableOf(section))
