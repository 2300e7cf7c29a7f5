// Everything that a part has started and not ended yet, so that nothing outlives it.

/** Servers and peers with a `stop`. */
export const started = new Set();

/** Ends all of them. */
export async function stopAll() {
  await Promise.all([...started].map((one) => one.stop()));
}
