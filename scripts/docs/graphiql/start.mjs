// GraphiQL over this service's own schema. A credential is a header, which its editor of headers takes.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const EXAMPLE = `# The last days of the default index, its largest members, and the streams.
{
  index {
    slug
    performance { points(last: 5) { edges { node { date level dailyReturn } } } }
    composition { date constituents(first: 5) { edges { node { rank ticker weight security { exchange } } } } }
  }
  streams(first: 3) { edges { node { symbol total window(k: 3) { avg var } } } }
}
`;

const fetcher = createGraphiQLFetcher({ url: "/graphql" });
createRoot(document.getElementById("graphiql")).render(createElement(GraphiQL, { fetcher, defaultQuery: EXAMPLE, shouldPersistHeaders: false }));
