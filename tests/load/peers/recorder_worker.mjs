// The product with someone who writes along: `GET /recorded` answers every batch that the database has been asked, in order, as
// lists of statements and the values bound to them.
import Product from "./index.js";

export * from "./index.js";

const batches = [];
const recorded = new WeakSet();

function record(database) {
  if (recorded.has(database)) return;
  recorded.add(database);
  const batch = database.batch.bind(database);
  database.batch = (statements) => {
    batches.push(statements.map(({ statement, params }) => ({ sql: statement, params })));
    return batch(statements);
  };
}

export default class extends Product {
  constructor(context, env) {
    record(env.DB);
    super(context, env);
  }

  fetch(request) {
    return new URL(request.url).pathname === "/recorded" ? Response.json(batches) : super.fetch(request);
  }
}
