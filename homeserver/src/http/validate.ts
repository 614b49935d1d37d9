/** Checks what a request carries against its endpoint's declaration. Schemas are compiled when first used. */
import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { MatrixError, badJson, invalidParam, missingParam } from '@nexuscomm/spec/errors.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';

type Check = (value: unknown) => { readonly path: string; readonly missing: string | undefined; readonly message: string } | undefined;

const compiled = new WeakMap<TSchema, Check>();

function checkOf(schema: TSchema): Check {
  let check = compiled.get(schema);
  if (!check) {
    const validator = Compile(schema);
    check = (value) => {
      if (validator.Check(value)) return undefined;
      const error = [...validator.Errors(value)][0];
      const params = (error?.params ?? {}) as { requiredProperties?: readonly string[] };
      const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.');
      return { path, missing: error?.keyword === 'required' ? params.requiredProperties?.[0] : undefined, message: error?.message ?? 'is not valid' };
    };
    compiled.set(schema, check);
  }
  return check;
}

const nameOf = (path: string, name: string | undefined): string => [path, name].filter(Boolean).join('.');

/** Throws M_MISSING_PARAM for a member that is not there, M_BAD_JSON for one of the wrong kind. */
export function validateBody(schema: TSchema, value: unknown): void {
  const problem = checkOf(schema)(value);
  if (!problem) return;
  if (problem.missing !== undefined) throw missingParam(`The request lacks "${nameOf(problem.path, problem.missing)}".`);
  if (problem.path === '' && !isJsonObject(value)) throw badJson('The request body must be a JSON object.');
  throw badJson(`"${problem.path}" ${problem.message}.`);
}

interface FieldSchema {
  readonly type?: string;
  readonly items?: TSchema;
}

/** Converts a query string by its schema. Throws M_MISSING_PARAM or M_INVALID_PARAM. */
export function parseQuery(schema: TObject, search: URLSearchParams): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties as Record<string, FieldSchema>)) {
    if (!search.has(name)) continue;
    const text = search.get(name)!;
    if (field.type === 'array') query[name] = search.getAll(name);
    else if (field.type === 'integer') query[name] = /^-?\d{1,16}$/.test(text) ? Number(text) : text;
    else if (field.type === 'boolean') query[name] = text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
    else query[name] = text;
  }
  const problem = checkOf(schema)(query);
  if (problem?.missing !== undefined) throw missingParam(`The query lacks "${problem.missing}".`);
  if (problem) throw invalidParam(`The query's "${problem.path}" ${problem.message}.`);
  return query;
}

/** Decodes a path parameter; M_INVALID_PARAM if it is not UTF-8 in percent-encoding. */
export function decodePathParameter(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MatrixError('M_INVALID_PARAM', 400, `The path's ${name} is not well encoded.`);
  }
}
