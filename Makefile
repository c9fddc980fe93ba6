# Tallyman: see README.md. Needs git, make and Node.js 20 or newer with npm; everything else is installed here.
.DEFAULT_GOAL := build
.PHONY: run fleet scout-demo test build lint bench demo plugin image clean docs

# Not `npm ci`: it refuses a lock file wherever a registry lacks optional packages for platforms that are not this one's.
installed := node_modules/.package-lock.json

$(installed): package.json package-lock.json
	npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

dist/tallyman.js: $(installed) package.json scripts/build.ts $(shell find src -name '*.ts' -not -name '*.test.ts')
	npm run --silent build

## install, build and start the exporter on :9200 against the local engine; ARGS="--server.port 9300" adds flags
run: dist/tallyman.js
	bin/tallyman $(ARGS)

## a server on :8080 and an agent for the local engine, ready to look at; ends with Ctrl-C
fleet: dist/tallyman.js
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" exec node scripts/fleet.ts

## a server with an organisation, reports, two environments and Prometheus; ends with Ctrl-C
scout-demo: dist/tallyman.js
	sh scripts/install-test-tools.sh
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" exec node scripts/scout-demo.ts

build: dist/tallyman.js

## every check and every test, real engines too; with CI=true whatever cannot run is a failure
test: $(installed)
	sh scripts/install-test-tools.sh
	npm run --silent lint
	npm test

lint: $(installed)
	npm run --silent lint

## writes the generated docs
docs: $(installed)
	npm run --silent docs

bench: dist/tallyman.js
	sh scripts/install-test-tools.sh
	npm run --silent bench

## a throwaway engine with busy and sick containers, the exporter and Prometheus; ends with Ctrl-C
demo: dist/tallyman.js
	sh scripts/install-test-tools.sh
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" exec node scripts/demo.ts

## the managed plugin with the engine's own metrics, on the engine that DOCKER_HOST names; PLUGIN=name:tag for another name
plugin: dist/tallyman.js
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" node scripts/plugin-build.ts

## the container image on the engine that DOCKER_HOST names; IMAGE=name:tag for another name
image: dist/tallyman.js
	IMAGE=$(IMAGE) npm run --silent image

clean:
	rm -rf node_modules dist coverage .tmp
