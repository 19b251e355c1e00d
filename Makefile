# Everything happens in .venv, which the first command makes; nothing else on the machine is touched.
# `make run` needs Python 3.11+, make and a package registry; so does `make test`, which finds its servers in wheels.

PYTHON ?= python3
PORT ?= 8080
DATA ?= .data
ARGS ?=
EXAMPLES ?= 10000
RACES ?= 4000
SECONDS ?= 120
BIN := .venv/bin
PIN := --quiet --universal --generate-hashes --no-header
export PYTHON

# Compiled modules make a second start quick.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test soak demonstration check format bench lock

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: .venv/.run ## serve the demo on http://127.0.0.1:8080; PORT= and DATA= choose another port and data directory
	@$(BIN)/oncall demo --data "$(DATA)" --port "$(PORT)"

test: .venv/.test ## run every test, on a real PostgreSQL and a real Valkey of its own; ARGS= goes to pytest
	$(BIN)/pytest -n 2 $(ARGS)

soak: .venv/.test ## try every property with EXAMPLES= random cases, kill for SECONDS=, race RACES= times; ARGS= goes to pytest
	ONCALL_TEST_EXAMPLES=$(EXAMPLES) ONCALL_TEST_SECONDS=$(SECONDS) ONCALL_TEST_RACES=$(RACES) $(BIN)/pytest -n 2 -m "hypothesis or soak" $(ARGS)

demonstration: .venv/.test ## kill everything at random for SECONDS= seconds, and count who was missed
	@PYTHONWARNINGS=ignore::RuntimeWarning $(BIN)/python -m docs.demonstration $(SECONDS)

check: .venv/.test ## check style, types and import directions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.test ## lay the code out as `make check` wants it
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: .venv/.test ## measure speed and memory, as one table with the machine; ARGS= goes to the benchmark
	$(BIN)/python -m benchmarks $(ARGS)

lock: .venv/.test ## pin again what pyproject.toml asks for; UPGRADE=--upgrade takes newer releases
	$(BIN)/uv pip compile $(PIN) $(UPGRADE) --all-extras pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(PIN) $(UPGRADE) --extra server --extra build -c requirements.lock pyproject.toml -o requirements-run.lock
	echo uv | $(BIN)/uv pip compile $(PIN) $(UPGRADE) - -o requirements-uv.lock



.venv/.run: requirements-run.lock requirements-uv.lock pyproject.toml tools/install
	@tools/install requirements-run.lock
	@touch $@

.venv/.test: requirements.lock requirements-uv.lock pyproject.toml tools/install
	@tools/install requirements.lock
	@touch $@ .venv/.run
