# Two commands do everything on a fresh machine with Python 3.11 and make: `make run`, `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
WORKERS ?= auto
TESTS ?= tests
BIN := .venv/bin
# Touched when the environment holds exactly what a lock file says; makes a second run quick.
RUNTIME := .venv/.runtime
TOOLS := .venv/.tools
# The pages' words in the form the server reads; they follow the .po files a translator writes.
WORDS := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(RUNTIME) $(WORDS) ## Make the virtual environment with the locked dependencies

run: $(RUNTIME) $(WORDS) ## Set everything up and serve on http://localhost:8000
	@exec tools/sealwax local

run-tls: $(RUNTIME) $(WORDS) ## Serve on https://localhost:8443 for a strict test rig
	@tools/local-secrets instance
	@$(BIN)/python tools/local_tls.py instance/tls
	@set -a; . docs/conformance.env; set +a; \
	echo "The certificate authority is in instance/tls/ca.pem"; \
	exec $(BIN)/flask --app wsgi local

serve: $(RUNTIME) $(WORDS) ## Serve from the SEALWAX_* settings and touch nothing else
	@exec $(BIN)/flask --app wsgi serve

native: $(RUNTIME) ## Compile Argon2 for this processor: passwords are hashed a third faster
	@tools/provide compiler "$(BIN)/python"
	@sed -n '/^argon2-cffi-bindings==/,/[^\\]$$/p' requirements.txt >.venv/native.txt
	@CFLAGS="-O3 -march=native" $(PIP) --force-reinstall --no-deps --no-cache-dir \
		--no-binary argon2-cffi-bindings -r .venv/native.txt
	@$(BIN)/python -m argon2 -n 50 -t 2 -m 19456 -p 1

check: $(TOOLS) ## Format, lint, types, import contracts, templates, spelling: in seconds
	@tools/check

test: $(TOOLS) $(WORDS) ## The whole suite, on SQLite and PostgreSQL, with a real browser
	@tools/provide chromium postgres apache
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

journey: $(TOOLS) $(WORDS) ## The stories over HTTP alone
	@tools/provide chromium postgres
	@$(BIN)/pytest -n $(WORKERS) tests/journeys

snippets: $(TOOLS) $(WORDS) ## Every snippet that can be installed, also those of Go, Java and Next.js
	@tools/provide apache
	@$(BIN)/pytest -n 0 tests/snippets --thorough 2

race: $(TOOLS) $(WORDS) ## 1,000 rounds of 8 who want the same code or refresh token, on both engines
	@tools/provide postgres
	@$(BIN)/python -m tests.races $(ARGS)

model: $(TOOLS) $(WORDS) ## Thousands of sequences of what people may do, and what must stay true
	@$(BIN)/pytest -n 0 tests/model --thorough 20
	@$(BIN)/pytest -n 0 tests/search --thorough 3

timing: $(TOOLS) $(WORDS) ## Hundreds of samples of what a stranger can ask about an address
	@$(BIN)/pytest -n 0 tests/timing --thorough 40

desk: $(TOOLS) $(WORDS) ## The overview and the audit log with 1,000,000 rows, on both engines
	@tools/provide postgres
	@$(BIN)/pytest -n 0 tests/web/test_admin_dashboard.py -k many_rows --thorough 50

bench: $(TOOLS) $(WORDS) ## Requests a second, percentiles and memory, on both engines
	@tools/provide postgres wrk
	@$(BIN)/python -m tests.bench $(ARGS)

translate: $(RUNTIME) ## Bring new words into app/translations/*/LC_MESSAGES/messages.po
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext --add-location file -o build/words.pot .
	@$(BIN)/pybabel -q update -i build/words.pot -d app/translations -w 100 \
		--ignore-obsolete --no-fuzzy-matching
	@sed -i -E '/^"(Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Tr|Language-Team|Generated)/d' \
		$(WORDS:.mo=.po)
	@$(MAKE) setup

migrate: $(TOOLS) ## Write a migration from the models: make migrate m="add consent expiry"
	@$(BIN)/flask --app wsgi db migrate -m "$(m)"

snapshots: $(TOOLS) ## Write again what tests compare with: the list of URLs, the table of settings
	@$(BIN)/python -m tests.house.snapshots

lock: $(TOOLS) ## Compile the lock files; make lock UP=--upgrade takes newer versions
	@$(COMPILE) $(UP) -o requirements.txt requirements.in
	@$(COMPILE) $(UP) -o requirements-dev.txt requirements-dev.in

.venv/bin/python:
	@tools/provide python "$(PYTHON)"

$(RUNTIME): requirements.txt | .venv/bin/python
	@$(PIP) -r requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt $(RUNTIME)
	@$(PIP) -r requirements-dev.txt
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel -q compile -i $< -o $@

.PHONY: help setup run serve native check test journey snippets race model timing desk bench translate migrate snapshots lock
