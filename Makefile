.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
# The tests start hundreds of processes: without kept bytecode each would compile some 2,000 modules anew.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
STAMP := .venv/.installed
TOOLS := .venv/.tools
ASSETS := .venv/.assets
PYTHON ?=

help: ## Show this list
	@echo "igang plans one week for every citizen of a centre. The commands:"
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

venv: $(STAMP) ## Make .venv with the pinned dependencies: all that the demo and the service need

setup: $(STAMP) $(TOOLS) $(ASSETS) ## The same, and PostgreSQL, Node and a browser for the tests where missing (a second time it does nothing)

$(TOOLS): tests/install tests/e2e/oidc_provider/package-lock.json tests/e2e/pages/package-lock.json | $(STAMP)
	@tests/install
	@touch $@

assets: $(ASSETS) ## Install what browsers get beside the pages (needs Node's npm)

$(ASSETS): api/pages/install api/pages/assets.py api/pages/package-lock.json $(wildcard api/pages/look/*) | $(STAMP)
	@api/pages/install
	@touch $@

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || { \
	  for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    "$$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	      && break || python=; \
	  done; \
	  test -n "$$python" || { echo "igang needs Python 3.11, 3.12 or 3.13 with venv; none was found (or name one: make setup PYTHON=...)" >&2; exit 1; }; \
	  echo "Making .venv with $$("$$python" --version)"; \
	  "$$python" -m venv .venv; \
	}
	@echo "Installing the pinned dependencies (a minute the first time)"
	@$(BIN)/python -m pip install -qq --no-compile --no-deps --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Plan next week for a made-up town of 6,000 citizens, with live progress and a picture
	@$(BIN)/igang demo --time-limit 30 --database sqlite:///igang.db

run: $(STAMP) $(ASSETS) ## Serve the pages and the programming interface on this machine, with a worker beside it
	@$(BIN)/igang serve --database sqlite:///igang.db

test: setup ## Run everything that protects main: the checks below and all tests
	@$(MAKE) --jobs 2 static compiled
	@$(BIN)/python -m pytest -n 3 --dist worksteal --durations=20

check: setup static ## Format, lint, types, import rules, slugs and unit tests: under a minute
	@$(BIN)/python -m pytest -n 2 -q tests/unit tests/contract

static: $(STAMP)
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; mend it with: make format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

compiled: setup # Once, and not by every process of the tests at the same time.
	@$(BIN)/python -m benchmarks.warming >/dev/null

format: $(STAMP) ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

bench: $(STAMP) ## Measure quality and speed, and write benchmarks/RESULTS.md (long); FILE=docs/benchmarks/planner.yaml: that alone
	@$(BIN)/python -m benchmarks $(if $(FILE),--file $(FILE))

umass: $(STAMP) ## Plan the published course data of one university and compare with the known sums
	@$(BIN)/python -m benchmarks.umass --seats scaled
	@$(BIN)/python -m benchmarks.umass --seats full
	@$(BIN)/python -m benchmarks.umass --seats scaled --fair

chaos: setup ## Kill and halt workers and the database while they do RUNS=20 runs; nothing may be lost
	@$(BIN)/python -m benchmarks.chaos $(or $(RUNS),20) $(DB)

faults: setup ## Kill the service N=200 times while it writes (DB=sqlite or postgresql); nothing may be lost
	@$(BIN)/python -m benchmarks.faults $(or $(N),200) $(or $(DB),sqlite)

race: setup ## Let 8 processes race for few free seats with N=5000 requests (DB=sqlite or postgresql)
	@$(BIN)/python -m benchmarks.race $(or $(N),5000) $(or $(DB),sqlite) $(if $(KEEP),--keep)

life: setup ## Change a published week at random, STEPS=100000 times; every count and rule must hold
	@IGANG_LIFE_STEPS=$(or $(STEPS),100000) $(BIN)/python -m pytest -q tests/property/test_request_life.py

matrix: setup ## Ask every route as every role about own, foreign and absent objects
	@$(BIN)/python -m benchmarks.matrix

season: $(STAMP) ## Play WEEKS=26 weeks of 6,000 citizens under six policies side by side (takes long)
	@$(BIN)/python -m benchmarks.season --citizens 6000 --weeks $(or $(WEEKS),26) --seed 1

load: setup ## Ask for 300 own weeks a second for SECONDS=10 while a run is solving; PostgreSQL must keep up
	@$(BIN)/python -m benchmarks.load $(or $(SECONDS),10) $(DB)

e2e: setup ## Walk through the pages in a browser, with and without scripts, and by keyboard alone
	@$(BIN)/python -m pytest -q tests/e2e/pages

axe: setup ## Look at every page with axe; ends with one JSON line
	@$(BIN)/python -m tests.e2e.pages.axe

screenshots: setup ## Take a picture of every page, phone and desktop, into DIR=screenshots
	@$(BIN)/python -m tests.e2e.pages.look $(or $(DIR),screenshots)

lock: setup ## Pin the dependencies anew (needs uv on the path)
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --upgrade --output-file requirements.lock

.PHONY: help venv setup demo test check static compiled format bench umass chaos faults race life matrix load season run lock assets e2e axe screenshots
