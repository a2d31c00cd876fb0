// The application of the page: its program, bundled, and a site that serves it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../../', import.meta.url))

const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'

/** Bundles the page's program as applications do; the paths in tsconfig.json lead to src/. */
export async function bundlePage() {
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: ['test/e2e/browser/page.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    metafile: true,
    logLevel: 'silent',
  })
  const [output] = Object.values(metafile.outputs)
  return {
    script: outputFiles[0]?.text ?? '',
    inputs: Object.keys(metafile.inputs),
    /** What is left to be imported when it runs. */
    imports: output?.imports ?? [],
    warnings,
  }
}

/** Serves the page on a free loopback port. */
export async function serveSite(script: string) {
  const http = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? script : HTML)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    close() {
      http.closeAllConnections()
      http.close()
    },
  }
}
