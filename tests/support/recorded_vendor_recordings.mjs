// The vendor's recorded answers, read from the shared data where that is present; none of them is part of the product.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['openbb_cassettes', 'client_go_tests', 'openapi_examples', 'client_php_stubs_2020'];

/** Recordings below `shared`/data/vendor/massive; where there are none, every look-up finds nothing. */
export function recordings(shared) {
  const root = join(shared, 'data/vendor/massive');
  const read = (name) => {
    try {
      const { request, status, body } = JSON.parse(readFileSync(join(root, name), 'utf8'));
      const path = request.path ?? new URL(request.url).pathname;
      return { path, status: Number(status), body: body._text ?? JSON.stringify(body) };
    } catch {
      return null;
    }
  };
  const names = FOLDERS.flatMap((folder) => {
    try {
      return readdirSync(join(root, folder)).sort().map((name) => `${folder}/${name}`);
    } catch {
      return [];
    }
  });
  const all = names.map(read).filter(Boolean);
  const pattern = (path) => new RegExp(`^${path.split(/\{[^}]*\}/).map(quote).join('[^/]+')}$`);
  return {
    count: all.length,
    /** The first recording of a path; documentation examples have `{placeholders}` in theirs. */
    byPath: (path) => all.find((recording) => pattern(recording.path).test(path)) ?? null,
    /** A recording by its name, such as `errors/403_generic_2026-02.json`. */
    byName: (name) => (name.includes('..') ? null : read(name)),
  };
}

const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
