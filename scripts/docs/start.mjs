// Shows the API's description. A file of its own, because the content security policy forbids scripts in the page.
globalThis.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // The description is checked by the tests; a validator elsewhere is not asked.
  validatorUrl: null,
});
