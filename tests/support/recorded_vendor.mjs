// A local server in place of Massive: its documented answers over a small made-up market, and faults on demand.
//
//   node tests/support/recorded_vendor.mjs [--port 0] [--companies 130] [--page-rows 1000] [--quoted-on 2026-03-20]
//     [--shared ../shared]
//
// prints `listening on http://127.0.0.1:PORT`. Control:
//   GET /__fault?mode=MODE&count=N[&path=TEXT][&retry_after=S][&file=NAME]  the next N matching requests (-1: all) fail
//   GET /__requests            what was asked so far;  GET /__reset  forgets requests and faults
// MODE: 400 401 403 404 429 500 502 503, html, truncated, empty, nan, timeout, reset, loop, elsewhere, nothing (a day without
// bars), recorded (file=errors/403_generic_2026-02.json), none.

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { dayNumber, isDay, market } from './recorded_vendor_market.mjs';
import { recording } from './recorded_vendor_recordings.mjs';

const MAX_LIMIT = 1000;
const HTML = '<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n';
const TOO_MANY = "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue.";
const NOT_ENTITLED = 'You are not entitled to this data. Please upgrade your plan.';

const json = (status, body, headers = {}) => ({ status, headers, body: JSON.stringify(body), type: 'application/json' });
const refusal = (status, word, field, text) => json(status, { status: word, request_id: 'recorded', [field]: text });
const notFound = () => ({ status: 404, headers: {}, body: '404 page not found', type: 'text/plain' });
const ok = (fields) => json(200, { status: 'OK', request_id: 'recorded', ...fields });

/** Starts the server; `close` ends it and every open connection. */
export function startRecordedVendor(options = {}) {
  const { port = 0, companies = 130, pageRows = MAX_LIMIT, shared = '../shared', quotedOn = '2026-03-20' } = options;
  const world = { vendor: market(companies), shared, pageRows, quotedOn, ...fresh() };
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/__')) return send(response, control(world, url));
    const bearer = (request.headers.authorization ?? '').startsWith('Bearer ');
    world.requests.push({ method: request.method, url: request.url, bearer });
    return answer(world, url, bearer, response);
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const close = () => new Promise((closed) => { server.close(closed); server.closeAllConnections(); });
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close });
    });
  });
}

const fresh = () => ({ requests: [], fault: null });

function control(world, url) {
  const value = (name) => url.searchParams.get(name);
  switch (url.pathname) {
    case '/__fault':
      world.fault = value('mode') === 'none' ? null : {
        mode: value('mode'), left: Number(value('count') ?? 1), path: value('path') ?? '',
        retryAfter: value('retry_after'), file: value('file') ?? '',
      };
      return json(200, { fault: world.fault });
    case '/__requests':
      return json(200, world.requests);
    case '/__reset':
      Object.assign(world, fresh());
      return json(200, {});
    default:
      return notFound();
  }
}

function answer(world, url, bearer, response) {
  const mode = takeFault(world, url);
  if (mode?.mode === 'timeout') return undefined;
  if (mode?.mode === 'reset') return response.destroy();
  if (!bearer) return send(response, refusal(401, 'ERROR', 'error', 'API Key was not provided'));
  const plain = route(world, url);
  return send(response, mode ? spoil(world, mode, plain, url) : plain);
}

/** The fault for this request, if one is set for it and not used up. */
function takeFault(world, url) {
  const { fault } = world;
  if (!fault || fault.left === 0 || !url.href.includes(fault.path)) return null;
  if (fault.left > 0) fault.left -= 1;
  return fault;
}

function spoil(world, fault, plain, url) {
  const retry = fault.retryAfter === null ? {} : { 'retry-after': fault.retryAfter };
  const linked = (next_url) => ({ ...plain, body: JSON.stringify({ ...JSON.parse(plain.body), next_url }) });
  switch (fault.mode) {
    case '400': return refusal(400, 'ERROR', 'error', 'invalid parameter');
    case '401': return refusal(401, 'ERROR', 'error', 'Unknown API Key');
    case '403': return refusal(403, 'NOT_AUTHORIZED', 'message', NOT_ENTITLED);
    case '404': return notFound();
    case '429': return { ...refusal(429, 'ERROR', 'error', TOO_MANY), headers: retry };
    case '500': case '502': case '503':
      return { status: Number(fault.mode), headers: retry, body: HTML, type: 'text/html' };
    case 'html': return { status: 200, headers: {}, body: HTML, type: 'text/html' };
    case 'empty': return { ...plain, body: '' };
    case 'nothing': return ok({ queryCount: 0, resultsCount: 0, adjusted: false });
    case 'truncated': return { ...plain, body: plain.body.slice(0, Math.floor(plain.body.length / 2)) };
    case 'nan': return { ...plain, body: plain.body.replace(/"(c|cash_amount|split_to)":[\d.]+/, '"$1":NaN') };
    case 'loop': return linked(`https://api.massive.com${url.pathname}${url.search}`);
    case 'elsewhere': return linked(`https://vendor.invalid${url.pathname}?cursor=abc`);
    case 'recorded': {
      const recorded = recording(world.shared, fault.file);
      return recorded ? { ...recorded, headers: retry, type: 'application/json' } : notFound();
    }
    default: return notFound();
  }
}

function route(world, url) {
  const { vendor } = world;
  const grouped = url.pathname.match(/^\/v2\/aggs\/grouped\/locale\/us\/market\/stocks\/([^/]+)$/);
  if (grouped) return groupedDaily(vendor, grouped[1], url);
  const chain = url.pathname.match(/^\/v3\/snapshot\/options\/([^/]+)$/);
  if (chain) return optionSnapshot(world, url, decodeURIComponent(chain[1]));
  const ticker = url.pathname.match(/^\/v3\/reference\/tickers\/([^/]+)$/);
  if (ticker) return tickerDetails(vendor, decodeURIComponent(ticker[1]), url.searchParams.get('date'));
  // A cursor stands for the whole query it continues.
  const cursor = url.searchParams.get('cursor');
  const query = cursor ? new URLSearchParams(Buffer.from(cursor, 'base64url').toString()) : url.searchParams;
  switch (url.pathname) {
    case '/v3/reference/tickers':
      return paged(world, url, query, ['date'], (day) => vendor.tickers(day));
    case '/v3/reference/splits':
      return paged(world, url, query, ['execution_date.gte', 'execution_date.lte'], vendor.splits);
    case '/v3/reference/dividends':
      return paged(world, url, query, ['ex_dividend_date.gte', 'ex_dividend_date.lte'], vendor.dividends);
    default:
      return notFound();
  }
}

function groupedDaily(vendor, day, url) {
  if (!isDay(day)) return refusal(400, 'ERROR', 'error', `could not parse the date '${day}'`);
  if (url.searchParams.get('adjusted') !== 'false') return refusal(400, 'ERROR', 'error', 'only raw prices are recorded');
  const results = vendor.bars(dayNumber(day));
  const counts = { queryCount: results.length, resultsCount: results.length, adjusted: false };
  return ok(results.length > 0 ? { ...counts, results, count: results.length } : counts);
}

function tickerDetails(vendor, ticker, day) {
  if (!isDay(day ?? '')) return refusal(400, 'ERROR', 'error', 'date must be YYYY-MM-DD');
  const results = vendor.details(ticker, dayNumber(day));
  return results ? ok({ results }) : refusal(404, 'NOT_FOUND', 'message', 'Ticker not found.');
}

/** The vendor knows chains only as they are quoted now: those of `--quoted-on`. */
function optionSnapshot(world, url, underlying) {
  const all = world.vendor.chain(underlying, dayNumber(world.quotedOn));
  const first = Number(url.searchParams.get('cursor') ?? 0), limit = Math.min(250, world.pageRows);
  const fields = { results: all.slice(first, first + limit) };
  if (first + limit >= all.length) return ok(fields);
  return ok({ ...fields, next_url: `https://api.massive.com${url.pathname}?cursor=${first + limit}` });
}

function paged(world, url, query, dayNames, rows) {
  const days = dayNames.map((name) => query.get(name) ?? '');
  if (!days.every(isDay)) return refusal(400, 'ERROR', 'error', `${dayNames.join(' and ')} must be YYYY-MM-DD`);
  const all = rows(...days.map(dayNumber));
  const first = Number(query.get('offset') ?? 0);
  const limit = Math.min(Number(query.get('limit') ?? 10), MAX_LIMIT, world.pageRows);
  const results = all.slice(first, first + limit);
  const fields = { results, count: results.length };
  if (first + limit >= all.length) return ok(fields);
  const next = new URLSearchParams(query);
  next.set('offset', first + limit);
  const cursor = Buffer.from(next.toString()).toString('base64url');
  // The vendor's own host, as its answers have it: a client must come back to where it was sent.
  return ok({ ...fields, next_url: `https://api.massive.com${url.pathname}?cursor=${cursor}` });
}

function send(response, { status, headers, body, type }) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: {
    port: { type: 'string', default: '0' },
    companies: { type: 'string', default: '130' },
    'quoted-on': { type: 'string', default: '2026-03-20' },
    'page-rows': { type: 'string', default: String(MAX_LIMIT) },
    shared: { type: 'string', default: process.env.EQUIPOISE_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url)) },
  } });
  const { url } = await startRecordedVendor({
    port: Number(values.port), companies: Number(values.companies), pageRows: Number(values['page-rows']), shared: values.shared,
    quotedOn: values['quoted-on'],
  });
  console.log(`listening on ${url}`);
}
