# Targets for working on Adtally. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The DuckDB driver supports Arrow only with this tag.
export GOFLAGS := -tags=duckdb_arrow
export CGO_ENABLED := 1
# Tools that tools/need installed because the machine had none.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINT := .tools/golangci-lint
VENV := .tools/venv
# Named after the lock file, so that npm installs again only when it changes.
OPENAPI := .tools/openapi-$(shell cat tools/openapi/* tools/node.txt | cksum | cut -d ' ' -f 1)
FUZZTIME ?= 10s

# Tests wait for the disk at thousands of commits. If /dev/shm has room for their files,
# about 2 GB, they go there; a killed process loses nothing there either.
ROOM := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 6000000 { print "/dev/shm" }')
# The linter vets the code, so that tests need not.
TESTS := env GOTMPDIR=$${TMPDIR:-/tmp} $(if $(ROOM),TMPDIR=$(ROOM)) go test -count=1 -vet=off

# The race detector watches our code. SQLite is C that was translated to Go, whose one connection
# is guarded by database/sql; watched as well, it makes tests with a database twice as slow.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc/...=-race=false

# The race detector makes tests several times slower. Packages that compute one thing after
# another run without it; of the API, of DuckDB and of the whole program, which tests start as a
# process, those tests run with it that do several things at once.
UNRACED := adtally/internal/(analytics|api|ask|csvfile|destination/duckdb|difference|graphsim/advertiser|layout|pacing)$$
PACKAGES = $$(go list ./... | grep -v /cmd/)
RACED := ^(TestSync_RereadsOneDayOnly|TestHistory_RenamedCampaign|TestSync_OneFailureBlocksNothingElse|TestEngine_Reconcile|TestLease_|TestLend_|TestOpen_WritersShareTheFile|TestCopy_|TestTurns|TestStreamEvents_|TestSharedTile_Interleaved|TestSharedEvents_|TestSharedPassword_|TestInvite_|TestReplaceCredential_|TestSession_)

# go test starts with the first packages. If the longest came last, one core would be idle.
LONGEST := ./internal/connector/facebookads ./internal/graphsim ./internal/store
LONGEST_UNRACED := ./internal/destination/duckdb ./internal/analytics

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## try Adtally in the browser with a simulated advertiser: no network, no token
	bin/adtally demo $(DEMO)

.PHONY: dev
dev: compiler web/node_modules/.ready ## work on the UI: simulator, service and Vite with hot reload on one address
	go build -o bin/adtally-dev ./cmd/adtally
	tools/dev

.PHONY: build
build: compiler web/dist/index.html ## build bin/adtally with its UI
	go build -tags duckdb_arrow,ui -ldflags '-X main.version=$(VERSION)' -o bin/adtally ./cmd/adtally

# The UI. Its packages are installed without running install scripts.
WEB := $(shell find web/src web/public -type f) web/index.html web/shared.html web/vite.config.ts web/svelte.config.js

web/node_modules/.ready: web/package-lock.json tools/node.txt
	@tools/need node
	cd web && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --silent
	@touch $@

web/dist/index.html: $(WEB) web/node_modules/.ready
	cd web && npm run --silent build -- --logLevel error
	@touch $@

.PHONY: screenshots
screenshots: build ## write a picture of every page into web/screenshots; PAGES=sources,run writes only these
	@tools/need chromium
	cd web && npx --no-install vitest run --config vitest.pages.config.ts --reporter dot

# The tests of the program and those in the browser wait for it, and leave half of the
# processor to each other.
.PHONY: test
test: machine build $(VENV)/.ready ## install what the tests need, then run all of them
	$(TESTS) $(RACE) -timeout 20m $(LONGEST) $$(go list ./... | grep -v /cmd/ | grep -vE '$(UNRACED)')
	$(TESTS) -timeout 20m $(LONGEST_UNRACED) $$(go list ./... | grep -E '$(UNRACED)')
	$(MAKE) -j2 --output-sync=target program-tests browser-tests
	$(TESTS) $(RACE) -timeout 20m -run '$(RACED)' ./cmd/adtally ./internal/api ./internal/ask ./internal/destination/duckdb

.PHONY: program-tests
program-tests:
	ADTALLY_PROGRAM=$(CURDIR)/bin/adtally $(TESTS) -timeout 30m ./cmd/adtally

.PHONY: test-web
test-web: build browser-tests ## test the UI in Debian's Chromium, against the program and the simulator

.PHONY: browser-tests
browser-tests: web/node_modules/.ready
	@tools/need chromium
	cd web && ADTALLY_PROGRAM=$(CURDIR)/bin/adtally $(if $(ROOM),TMPDIR=$(ROOM)) npx --no-install vitest run --config vitest.e2e.config.ts

.PHONY: test-long
test-long: machine build $(VENV)/.ready ## the same with long sweeps: 160 kills, 40 sources, five minutes for every fuzz target
	ADTALLY_LONG=1 $(TESTS) $(RACE) -timeout 60m $(PACKAGES)
	ADTALLY_LONG=1 ADTALLY_PROGRAM=$(CURDIR)/bin/adtally $(TESTS) $(RACE) -timeout 120m ./cmd/adtally
	$(MAKE) fuzz FUZZTIME=5m

.PHONY: lint
lint: lint-go openapi words lint-web ## run the linters; use -j2

# It waits for openapi, so that nothing is compiled twice at the same time.
.PHONY: lint-go
lint-go: compiler $(LINT) | openapi
	$(LINT) run ./...

# The types of the UI's requests must be those of the OpenAPI document.
.PHONY: lint-web
lint-web: web/node_modules/.ready openapi
	cd web && npx --no-install openapi-typescript ../$(OPENAPI)/openapi.json -o node_modules/.schema.d.ts >/dev/null
	@cmp web/node_modules/.schema.d.ts web/src/api/schema.d.ts || { echo 'The API has changed: run make types.'; exit 1; }
	cd web && npm run --silent lint && npm run --silent check && npm run --silent test

.PHONY: types
types: compiler web/node_modules/.ready ## generate the UI's types of the API
	ADTALLY_OPENAPI=$(CURDIR)/web/openapi.json go test -count=1 -run TestDocument_ ./internal/api
	cd web && npm run --silent types

# Redocly and Spectral check the OpenAPI document.
.PHONY: words
words:
	tools/words

.PHONY: openapi
openapi: compiler $(OPENAPI)/.ready
	ADTALLY_OPENAPI=$(CURDIR)/$(OPENAPI)/openapi.json go test -count=1 -vet=off -run TestDocument_ ./internal/api
	cd $(OPENAPI) && export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true && \
		node node_modules/@redocly/cli/bin/cli.js lint --config redocly.yaml --max-problems 20 openapi.json && \
		node node_modules/@stoplight/spectral-cli/dist/index.js lint --ruleset spectral.yaml --fail-severity warn openapi.json

.PHONY: format
format: compiler $(LINT) ## format the code
	$(LINT) fmt ./...

.PHONY: check
check: lint test ## what every change must pass

.PHONY: bench
bench: compiler ## measure syncs of years of a large account
	go test -run '^$$' -bench Walking -benchtime 1x -timeout 60m ./cmd/adtally

.PHONY: bench-short
bench-short: build ## run every benchmark briefly, so that none breaks unnoticed
	ADTALLY_PROGRAM=$(CURDIR)/bin/adtally go test -vet=off -short -run '^$$' -bench . -benchtime 1x -timeout 10m \
		$$(grep -rlE --include='*_test.go' '^func Benchmark' cmd internal | xargs -n 1 dirname | sort -u | sed 's|^|./|')

.PHONY: bench-views
bench-views: compiler ## query the conversions view over ten million rows of actions
	go test -run '^$$' -bench Views -benchtime 3x -timeout 10m ./cmd/adtally

.PHONY: bench-dashboards
bench-dashboards: compiler ## ask for every tile of the ready dashboards over ten million rows of ads
	go test -run '^$$' -bench Dashboards -benchtime 30x -timeout 60m ./cmd/adtally

.PHONY: bench-service
bench-service: build ## measure startup time and idle memory of the service
	ADTALLY_PROGRAM=$(CURDIR)/bin/adtally go test -run '^$$' -bench Serving -benchtime 1x -count 3 ./cmd/adtally

.PHONY: bench-agency
bench-agency: build ## measure the memory of a sync of 500 ad accounts
	ADTALLY_BENCH=1 ADTALLY_PROGRAM=$(CURDIR)/bin/adtally go test -v -count 1 -timeout 60m -run TestSync_AgencyMemory ./cmd/adtally

.PHONY: bench-calls
bench-calls: compiler ## compare the API calls of a backfill and a refresh with other connectors
	ADTALLY_BENCH=1 go test -v -count 1 -timeout 60m -run 'TestCalls_Near|TestCalls_Entity' ./cmd/adtally

.PHONY: fuzz
fuzz: compiler ## run every fuzz target, FUZZTIME=10s each
	@grep -rnoE --include='*_test.go' '^func Fuzz\w+' . | while IFS=: read -r file _ found; do \
		go test -run '^$$' -fuzz "^$${found#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s "$$(dirname "$$file")"; \
	done

.PHONY: clean
clean: ## remove everything that was built, including tools
	rm -rf bin .tools web/dist web/node_modules adtally-demo adtally-dev adtally-demo.duckdb adtally-demo.duckdb.*

# Requirements of the machine. They are installed only if they are missing.
.PHONY: compiler
compiler:
	@tools/need go cc

.PHONY: machine
machine:
	@tools/need go cc python postgres

.PHONY: tools
tools: $(LINT) $(OPENAPI)/.ready $(VENV)/.ready web/node_modules/.ready ## install the tools of lint and test; use -j4

# Meta's own SDK, with which the tests read the simulator.
$(VENV)/.ready: tools/python.txt | machine
	@mkdir -p .tools
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r tools/python.txt
	@touch $@

# The checkers of the OpenAPI document, installed without running install scripts.
$(OPENAPI)/.ready: | machine
	@tools/need node
	@rm -rf .tools/openapi*
	@mkdir -p $(OPENAPI)
	cp tools/openapi/* $(OPENAPI)/
	cd $(OPENAPI) && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# The linter is a module of its own, so that its dependencies never mix with the program's.
# Building it takes some minutes, once.
$(LINT): tools/go.mod tools/go.sum | machine
	@mkdir -p .tools
	cd tools && GOFLAGS= go build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
