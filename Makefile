# The commands of the house. `make` alone lists them.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
BIN := $(VENV)/bin
PY := $(BIN)/python
DIR ?= tests/vectors
ARGS ?=
# Given to make alone: a shell may hold the tokens that `make run` prints under these names.
SELLER :=
COMPLAINANT :=
WORKERS ?= auto

# A marker per lock file: the environment is only touched when a lock has changed. The development lock holds
# everything of the other one, so once it is installed it is the one that counts.
DEV := $(VENV)/.dev
RUN := $(if $(wildcard $(DEV)),$(DEV),$(VENV)/.run)

.PHONY: help run test demo check format format-check lint types imports token vectors bench bench-growth bench-gate openapi lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN) ## start both services (ports 8001 and 8002, files under var/) until Ctrl-C
	@$(PY) -m tools.run

test: $(DEV) ## run all tests (ARGS='-k name' for some, WORKERS=0 for one process)
	@$(PY) -m pytest -q -n $(WORKERS) --maxprocesses 8 --dist loadfile $(ARGS)

demo: $(RUN) ## play the seed's story on fresh services, or on running ones: URL=http://127.0.0.1 KEYS=folder
	@$(if $(URL),CASES_URL='$(URL):8001' LEDGER_URL='$(URL):8002') $(if $(KEYS),KEYS='$(KEYS)') $(PY) -m tools.demo

check: format-check lint types imports test ## format, lint, types, import rules and tests

format: $(DEV) ## format the code and mend what the linter can
	@$(BIN)/ruff check -q --fix-only .
	@$(BIN)/ruff format .

format-check: $(DEV) ## say what `make format` would change
	@$(BIN)/ruff format --check .

lint: $(DEV) ## lint
	@$(BIN)/ruff check .

types: $(DEV) ## check types, strictly
	@$(BIN)/mypy

imports: $(DEV) ## check who may import whom
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache

token: $(RUN) ## print a token: ROLE=officer SUB=o-1 [SELLER=…] [COMPLAINANT=…]
	@$(PY) -m tools.mint $(if $(ROLE),--role '$(ROLE)') $(if $(SUB),--sub '$(SUB)') \
		$(if $(SELLER),--seller '$(SELLER)') $(if $(COMPLAINANT),--complainant '$(COMPLAINANT)')

vectors: $(RUN) ## check the worked examples of a folder: DIR=tests/vectors
	@$(PY) -m tools.vectors $(DIR)

bench: $(DEV) ## measure against the raw limit and peers: ONLY=<row> STORE=<store> SIZE=<n> DOCUMENT=1
	@$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(STORE),--store $(STORE)) $(if $(SIZE),--size $(SIZE)) \
		$(if $(DOCUMENT),--document)

bench-growth: $(DEV) ## draw how speed changes while the log grows from 10³ to SIZE=<n>, at most 10⁷
	@$(PY) -m benchmarks.growth $(if $(SIZE),--size $(SIZE)) $(if $(DOCUMENT),--document)

bench-gate: $(DEV) ## fail where a row fell back against a peer of the same run
	@$(PY) -m benchmarks.gate

openapi: $(DEV) ## write docs/openapi, docs/asyncapi.yaml and docs/schemas from the code
	@mkdir -p docs/openapi
	@for name in cases ledger; do $(PY) -m services.$$name openapi > docs/openapi/$$name.json || exit 1; done
	@$(PY) -m tools.asyncapi > docs/asyncapi.yaml
	@$(PY) -m tools.schemas docs/schemas

lock: $(DEV) ## resolve the dependencies of pyproject.toml again (UPGRADE=1: to their newest)
	@$(PY) -m tools.lock $(if $(UPGRADE),--upgrade)

clean: ## remove what the tools have made (the environment and var/ stay)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis .coverage
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(VENV)/.run: requirements.txt tools/environment.py
	@$(PYTHON) -m tools.environment $(VENV) requirements.txt
	@touch $@

$(DEV): requirements-dev.txt tools/environment.py
	@$(PYTHON) -m tools.environment $(VENV) requirements-dev.txt
	@touch $@
