# The whole interface of the repository; everything behind it is in scripts/.
# PORT STATE HOST VARS reach the server; see docs/operations.md for every setting.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PORT HOST STATE VARS PROFILE PROVIDER FROM TO KIND FILE SCOPES NAME OWNER KEY URL INTERVAL TICKERS CRON REMOTE CASES WRITE
node := scripts/with-tools node --disable-warning=ExperimentalWarning
.PHONY: help run test setup build lint e2e bench weightings docs clean serve key screenshots faults fuzz ingest import backup restore deploy

help: ## What there is
	@sed -nE 's/^([a-z0-9]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: ## Everything from nothing: install, build, sample data, http://127.0.0.1:8787
	scripts/setup.sh && $(MAKE) --no-print-directory build && exec $(node) scripts/run.mjs

test: ## Install what is missing and run every test
	scripts/setup.sh browser office python && $(MAKE) --no-print-directory build && scripts/test-native && $(MAKE) --no-print-directory e2e

setup: ## Install what is missing to build and run
	scripts/setup.sh

build: ## The Worker, the app and the documentation; PROFILE=dev is quicker
	scripts/build-worker && scripts/build-app && scripts/build-docs

lint: ## Formatting, clippy, docs, licences, scripts
	scripts/setup.sh && scripts/lint

e2e: ## System and browser tests of what `make build` built
	scripts/test-system

bench: ## The numbers, as a table; WRITE=1 puts it into docs/benchmarks.md
	scripts/setup.sh load python browser && $(MAKE) --no-print-directory build && scripts/bench

weightings: ## Weightings beside independent libraries, on real prices
	scripts/setup.sh research && scripts/compare-weightings

docs: ## The API description, its page and the code's own documentation
	scripts/describe-api && scripts/build-docs && scripts/with-tools cargo doc --no-deps -p equipoise-domain

clean: ## Remove what was built (data in .data stays)
	rm -rf target dist worker/build

serve: ## Serve what was built: PORT= STATE= VARS="NAME=value …"
	exec $(node) scripts/serve.mjs

key: ## An API key: SCOPES="read build" NAME=…
	@$(node) scripts/key.mjs

screenshots: ## The documentation's pictures
	scripts/setup.sh browser && $(node) scripts/screenshots.mjs

faults: ## The long fault suite: kills, refusals, slow providers
	scripts/setup.sh && FAULTS=long scripts/test-system faults

fuzz: ## A million damaged inputs for every parser of foreign bytes: CASES=
	scripts/setup.sh && scripts/fuzz

ingest: ## Run the ingestion job on the running server: PROVIDER= FROM= TO= [INTERVAL= TICKERS=]
	@$(node) scripts/ingest.mjs

import: ## Send a CSV or Parquet file to the running server: KIND= FILE=
	@$(node) scripts/import.mjs

backup: ## Databases and objects of STATE into one archive: FILE=
	@$(node) scripts/backup.mjs

restore: ## An archive into STATE: FILE=
	@$(node) scripts/restore.mjs

deploy: ## To a Cloudflare account; docs/operations.md goes through it
	$(MAKE) --no-print-directory build && $(node) scripts/deploy.mjs
