import { checkerOf } from './checker.js'
import type { DeclarationAnswer, DeclarationRequest } from './declaration.js'
import { reasonOf } from './failure.js'
import { indent } from './indent.js'
import { print } from './output.js'
import { readDocument } from './payload.js'

const LARGEST_REQUEST = 16 * 1024 * 1024

/** Characters that mean nothing anywhere: one that a schema does not hold stands for a comment's end meanwhile. */
const MARKS = Array.from({ length: 64 }, (_, index) => String.fromCharCode(0xe000 + index))

/** Reads a request from stdin and writes the answer to stdout, as the process that `declarationOf` starts. */
export async function answerDeclaration(): Promise<void> {
  const request = (await readDocument('-', LARGEST_REQUEST)) as DeclarationRequest
  const answer = await write(request).then(
    (declaration): DeclarationAnswer => ({ declaration }),
    (error: unknown): DeclarationAnswer => ({ failure: reasonOf(error) }),
  )
  await print(JSON.stringify(answer))
}

/**
 * No text of the schema ends a comment: wherever a comment's end stands in it, it comes out as `*\/`, which in a string
 * literal is the same text.
 */
async function write({ name, schema, typeName, folder }: DeclarationRequest): Promise<string> {
  await checkerOf({ name, schema })
  const { compile } = await import('json-schema-to-typescript')
  const text = JSON.stringify({ ...schema, title: typeName })
  const mark = MARKS.find((character) => !text.includes(character))
  if (mark === undefined) throw new Error('its text is made of private-use characters')
  const declaration = await compile(JSON.parse(text.replaceAll('*/', mark)), typeName, {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    cwd: folder ?? '/',
    $refOptions: { resolve: folder === undefined ? { external: false, file: false, http: false } : { http: false } },
  })
  return indent(declaration.replaceAll(mark, '*\\/'))
}
