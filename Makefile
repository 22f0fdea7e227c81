# The doors: `make demo` and `make test` set everything up first. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check quick fix bench campaign campaign-workers clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(READY): pyproject.toml requirements/pinned.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Veilleur needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV): about 650 MB, a minute or two..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/pinned.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

demo: $(READY) ## set up, then read the demo web and write today's digest
	@$(BIN)/veilleur demo

check: $(READY) ## format, lint, types, layers, dependencies, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell

test: check ## set up, then every check and every test that can run here
	$(BIN)/pytest -q --durations=15 --numprocesses=auto --maxprocesses=4 --dist=loadfile --cov --cov-report=term:skip-covered

quick: $(READY) ## the tests that take seconds
	$(BIN)/pytest -q -m 'not slow'

fix: $(READY) ## let ruff mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## the benchmarks, each with its goal and ratio
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

campaign: $(READY) ## the long campaigns in full (kills, worlds)
	VEILLEUR_CAMPAIGN=full $(BIN)/pytest -q -m slow

campaign-workers: $(READY) ## 1, 2 and 4 workers with a desk over all forty days of the demo
	VEILLEUR_CAMPAIGN=full $(BIN)/pytest -q tests/test_run_workers.py -k any_number

clean: ## remove what set-up and tests made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist demo-watch
