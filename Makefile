# Node 24 comes with the dev dependencies, so every target runs on it whatever the machine's own Node is.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

INSTALLED := node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check lint types format unit whole slow coverage golden judges gen gen-check settings settings-check schema schema-check bench bench-sync charts bench-callers bench-callers-hostile bad-days bad-days-serve bench-go-syncer bench-hostile bench-latency bench-quota bench-scim bench-serve-memory bench-upload fuzz build image man man-check sbom package chart-check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 23

$(INSTALLED): package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

install: $(INSTALLED) ## install what is needed (npm packages, Node 24 among them)

demo: $(INSTALLED) ## a small pool on this machine: sync and change it, and ask the inventory (KEEP=1: it stays up; PLATFORM=1: a platform gives tasks)
	@node test/demo/$(if $(PLATFORM),platform,main).ts $(if $(KEEP),--keep)

test: $(INSTALLED) ## every check and test that this machine can run
	@node test/suites/main.ts

check: lint types gen-check settings-check schema-check man-check ## format, lint, types, and what is generated is current

lint: $(INSTALLED) ## format check, lint, and the worst words
	biome check cmd pkg test vitest.config.ts
	oxlint --type-aware cmd pkg test
	node test/suites/words.ts

types: $(INSTALLED) ## type check
	tsc -p tsconfig.json

format: $(INSTALLED) ## format the sources in place
	biome check --write cmd pkg test vitest.config.ts

unit: $(INSTALLED) ## unit tests
	vitest run --project unit

whole: $(INSTALLED) ## tests of the whole program that need nothing but Node
	vitest run --project whole

slow: $(INSTALLED) ## long properties and killed processes, a part drawn from a seed (THOROUGH=1: all of it, FUZZ_SEED=)
	vitest run --project slow

coverage: $(INSTALLED) ## unit and whole tests, and which lines they run (coverage/)
	NODE_DISABLE_COMPILE_CACHE=1 vitest run --project unit --project whole --coverage --coverage.reporter=text --coverage.reporter=html

golden: $(INSTALLED) ## rewrite the files that tests compare, say what changed
	@node test/suites/golden.ts

judges: $(INSTALLED) ## tests against other programs: Go client, baton, moto, scim2-tester
	@node test/suites/main.ts judges

gen: $(INSTALLED) ## regenerate pkg/gen from proto/
	buf lint
	buf generate

gen-check: $(INSTALLED) ## fail when pkg/gen is not what proto/ says
	@node test/suites/generated.ts

settings: $(INSTALLED) ## write the tables of docs/settings.md from the code
	node pkg/config/table/settings-table.ts --write docs/settings.md

settings-check: $(INSTALLED) ## fail when docs/settings.md is not what the code says
	node pkg/config/table/settings-table.ts --check docs/settings.md

schema: $(INSTALLED) ## write the tables of docs/inventory.md from the code
	node test/suites/schema.ts --write

schema-check: $(INSTALLED) ## fail when docs/inventory.md is not what the code says
	node test/suites/schema.ts --check

bench: $(INSTALLED) ## one table: our sync and other ways, 40 minutes at most (ARGS="--sizes 10000 --minutes 5")
	node test/bench/table/main.ts $(ARGS)

charts: $(INSTALLED) ## draw the tables and charts of docs/performance.md from docs/performance.json
	node test/bench/table/docs.ts --write

bench-sync: $(INSTALLED) ## measure a sync into file and inventory: a million users, two million memberships
	node test/bench/sync.ts
	node test/bench/inventory-postgres.ts

bench-callers: $(INSTALLED) ## measure the service: 200 callers for ten minutes
	node test/bench/callers.ts

bench-callers-hostile: $(INSTALLED) ## 200 callers beside one hostile peer of each kind, for a minute
	node test/bench/callers.ts --hostile --minutes 1

bench-hostile: $(INSTALLED) ## attack the service in the memory of the chart (KINDS="watch silent", SECONDS=60 each)
	node test/bench/hostile.ts --seconds $(or $(SECONDS),60) $(KINDS)

fuzz: $(INSTALLED) ## random files, calls and requests, for longer (SECONDS=60 each, SEED=)
	FUZZ_SECONDS=$(or $(SECONDS),60) $(if $(SEED),FUZZ_SEED=$(SEED)) vitest run --project whole test/fuzz.test.ts test/fuzz-service.test.ts

bad-days: $(INSTALLED) ## a thousand bad days of a sync in virtual time, compared with the truth (DAYS=, SEED= repeats a day)
	node test/bad-days/main.ts $(if $(SEED),--seed $(SEED)) --days $(or $(DAYS),$(if $(SEED),1,1000))

bad-days-serve: $(INSTALLED) ## bad days of the running service, compared with the truth (DAYS=20, SEED= repeats a day, ARGS="--redis --postgres")
	node test/bad-days/serve-main.ts --days $(or $(DAYS),$(if $(SEED),1,20)) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench-go-syncer: $(INSTALLED) ## measure the official Go syncer over gRPC at 30 a second and 200 ms (needs Go: test/conformance/build.sh)
	node test/bench/go-syncer.ts

bench-latency: $(INSTALLED) ## measure callers' waits: a sync of a million, slow disk
	node test/bench/latency.ts

bench-upload: $(INSTALLED) ## measure the upload of a file of 500 MiB to the platform
	node test/bench/upload.ts

bench-quota: $(INSTALLED) ## measure what a server sees of instances that share a quota
	node test/bench/shared-quota.ts

bench-serve-memory: $(INSTALLED) ## measure the memory of the service: one client reads ten million people
	node test/bench/serve-memory.ts

bench-scim: $(INSTALLED) ## measure SCIM: 50 clients at once on a pool of a million
	node test/bench/scim.ts

build: $(INSTALLED) ## compile to dist/
	rm -rf dist
	tsc -p tsconfig.build.json

man: $(INSTALLED) ## write the manual page from the commands
	@mkdir -p deploy/man
	node cmd/connector/cli/man/main.ts --write deploy/man/connector.1

man-check: $(INSTALLED) ## fail when the manual page is not what the commands say
	node cmd/connector/cli/man/main.ts --check deploy/man/connector.1

sbom: $(INSTALLED) ## write the bill of materials (CycloneDX): connector.cdx.json
	node test/suites/sbom.ts > connector.cdx.json

package: build ## make the npm package: cognito-connector-<version>.tgz
	npm pack

chart-check: $(INSTALLED) ## lint and render the Helm chart, with a pinned helm
	@node test/suites/chart.ts

# What the image is made from; BASE and BUILD_BASE may be a site's own images.
IMAGE ?= cognito-connector:latest
IMAGE_SOURCES := package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json cmd pkg LICENSE deploy/docker/Dockerfile

# A tag can name other bytes tomorrow, a digest cannot. PINNED=1 builds from digests alone.
UNPINNED = $(strip $(foreach base,BASE BUILD_BASE,$(if $(findstring @sha256:,$($(base))),,$(base))))

image: ## build the container image (IMAGE=, BASE=, BUILD_BASE=, PINNED=1 for digests alone)
	@$(if $(PINNED),$(if $(UNPINNED),echo "image: PINNED=1 needs name@sha256:… in $(UNPINNED)" >&2; exit 2,:),:)
	tar -c $(IMAGE_SOURCES) | docker build -f deploy/docker/Dockerfile -t $(IMAGE) \
	  $(if $(BASE),--build-arg BASE=$(BASE)) $(if $(BUILD_BASE),--build-arg BUILD_BASE=$(BUILD_BASE)) $(IMAGE_FLAGS) \
	  --build-arg VERSION=$(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json) \
	  --build-arg REVISION=$(shell git rev-parse HEAD 2>/dev/null || echo unknown) -

clean: ## remove what was built or installed
	rm -rf dist node_modules coverage .cache demo.c1z demo.db* demo-review.html connector.cdx.json cognito-connector-*.tgz
