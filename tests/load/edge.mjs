// Stands between a browser and the local server as the platform's edge does: it compresses. The app's files are compressed
// once, at brotli 11; answers of the API as they come, at level 4.
import http from "node:http";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);
const level = (quality) => ({ params: { [constants.BROTLI_PARAM_QUALITY]: quality } });

export async function openEdge(upstream) {
  const kept = new Map(), sent = [];
  const server = http.createServer(async (request, response) => {
    try {
      let body = [];
      for await (const chunk of request) body.push(chunk);
      body = Buffer.concat(body);
      const { host, connection, "accept-encoding": _, ...headers } = request.headers;
      const answer = await fetch(upstream + request.url, { method: request.method, headers, body: body.length > 0 ? body : undefined });
      const plain = Buffer.from(await answer.arrayBuffer());
      const isFile = request.url.startsWith("/assets/") || (answer.headers.get("content-type") ?? "").startsWith("text/html");
      let packed = isFile ? kept.get(request.url) : undefined;
      packed ??= plain.length > 0 ? await compress(plain, level(isFile ? 11 : 4)) : plain;
      if (isFile) kept.set(request.url, packed);
      sent.push({ url: request.url, plain: plain.length, packed: packed.length, best: () => compress(plain, level(11)) });
      const out = Object.fromEntries([...answer.headers].filter(([name]) => !["content-length", "content-encoding", "transfer-encoding"].includes(name)));
      if (plain.length > 0) out["content-encoding"] = "br";
      response.writeHead(answer.status, { ...out, "content-length": packed.length }).end(packed);
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, sent, close: () => { server.closeAllConnections(); server.close(); } };
}
