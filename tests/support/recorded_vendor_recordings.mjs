// The vendor's recorded answers, read from the shared data where that is present; none of them is part of the product.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The recording of a name such as `errors/403_generic_2026-02.json` below `shared`/data/vendor/massive, if it is there. */
export function recording(shared, name) {
  if (name.includes('..')) return null;
  try {
    const { status, body } = JSON.parse(readFileSync(join(shared, 'data/vendor/massive', name), 'utf8'));
    return { status: Number(status), body: body._text ?? JSON.stringify(body) };
  } catch {
    return null;
  }
}
