// What the platform costs without us: a Durable Object that does nothing, and one that only stores a body.
import { DurableObject } from "cloudflare:workers";

export class Empty extends DurableObject {
  fetch() {
    return new Response();
  }
}

export class Store extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("create table if not exists batches (number integer primary key, points blob not null)");
  }

  async fetch(request) {
    this.ctx.storage.sql.exec("insert into batches (points) values (?)", await request.arrayBuffer());
    return new Response();
  }
}

export default {
  fetch(request, env) {
    const url = new URL(request.url);
    const namespace = url.pathname === "/store" ? env.STORE : env.EMPTY;
    return namespace.get(namespace.idFromName(url.searchParams.get("symbol"))).fetch(request);
  },
};
