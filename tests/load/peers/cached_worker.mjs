// What answering costs without us: a Worker that keeps one body in memory and serves it, or a 304, under the same headers.
let kept = { body: new Uint8Array(), etag: "" };

export default {
  async fetch(request) {
    if (request.method === "PUT") {
      kept = { body: new Uint8Array(await request.arrayBuffer()), etag: request.headers.get("x-etag") };
      return new Response(null, { status: 204 });
    }
    const headers = { etag: kept.etag, "cache-control": "no-cache", "content-type": "application/json", "x-cache": "hit" };
    if (request.headers.get("if-none-match") === kept.etag) return new Response(null, { status: 304, headers });
    return new Response(kept.body, { headers });
  },
};
