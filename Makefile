# Run `make` to see the targets. Every target sets up what it needs by itself.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Let Python keep its compiled modules: every notebook starts a fresh process.
unexport PYTHONDONTWRITEBYTECODE

TOOLS := .cache/tools
UV_VERSION := 0.13.9
# the version whose books were looked at
QUARTO_VERSION := 1.10.18
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
RUN := $(UV) run --frozen --no-sync
LOYALTY := $(RUN) loyalty
# More for the report, like: make report ARGS="--draws 100 --to html"
ARGS ?=

.PHONY: help setup report test test-all lint docs notebooks check reproduce bench growth bench-run recovery schema clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: .venv/.ready ## make the environment in .venv from the lock file

.venv/.ready: uv.lock pyproject.toml packages/semfit/pyproject.toml | $(UV)
	@echo "setting up .venv from uv.lock"
	@$(UV) sync --frozen --all-groups --quiet
	@$(UV) pip install --quiet --python .venv quarto-cli==$(QUARTO_VERSION) >/dev/null 2>&1 \
	&& echo "Quarto $(QUARTO_VERSION) is in place" \
	|| echo "Quarto's download cannot be reached: the embedded renderer will make the report"
	@command -v uv >/dev/null || echo "uv is in $(TOOLS)/bin: for uv run … write $(TOOLS)/bin/uv run …"
	@touch $@

# uv where there is none: into an environment of its own, or (a python3 without ensurepip) by the
# pip there is; a python3 with neither is told which package to install.
$(TOOLS)/bin/uv:
	@echo "fetching uv into $(TOOLS)"
	@rm -rf $(TOOLS)
	@{ python3 -m venv $(TOOLS) && $(TOOLS)/bin/python -m pip install --quiet uv==$(UV_VERSION); } >/dev/null 2>&1 \
	|| { rm -rf $(TOOLS); python3 -m pip install --quiet --target $(TOOLS) uv==$(UV_VERSION); } >/dev/null 2>&1 \
	|| { rm -rf $(TOOLS); echo "python3 has neither venv nor pip: install uv, or python3-venv (Debian: apt-get install python3-venv)" >&2; exit 1; }

report: setup ## run every notebook that is out of date, render the report, say where it is
	@$(LOYALTY) report $(ARGS)

lint: setup ## run the linters and the type checker
	@$(RUN) ruff check . && $(RUN) ruff format --check . && $(RUN) lint-imports --no-logo --no-cache && $(RUN) mypy

test: lint ## run the linters, the type checker and the tests, as CI does
	@$(RUN) pytest -n auto --dist loadfile $(ARGS)

test-all: lint ## run the long tests, too
	@$(RUN) pytest -n auto --dist loadfile -m "long or not long" $(ARGS)

docs: setup ## build the documentation, of the suite and of the estimator; warnings are errors
	@$(RUN) sphinx-build -W --keep-going -q -b html docs docs/_build
	@echo "docs: docs/_build/index.html"

notebooks: setup ## open JupyterLab on the notebooks
	@$(RUN) jupyter lab --notebook-dir notebooks

check: setup ## check the description and the rows of every case
	@for case in $$(ls data/*/study.yml | xargs -n1 dirname | xargs -n1 basename); do $(LOYALTY) check $$case || test $$? = 3; done

reproduce: setup ## compute recorded findings anew where their rows are, and compare
	@$(LOYALTY) reproduce $(ARGS)

bench: setup ## measure speed beside lavaan (half an hour)
	@$(RUN) python benchmarks/bench.py --json benchmarks/results/bench.json $(ARGS)

growth: setup ## measure how the bootstrap grows with rows, items, draws and threads
	@$(RUN) python benchmarks/growth.py --json benchmarks/results/growth.json $(ARGS)

bench-run: setup ## measure the run beside an earlier commit (half an hour)
	@$(RUN) python benchmarks/run.py --json benchmarks/results/run.json $(ARGS)

recovery: setup ## redraw the simulated cases and set true beside estimated paths (minutes)
	@$(RUN) python benchmarks/recovery.py --json benchmarks/results/recovery.json $(ARGS)

schema: setup ## write data/study.schema.json anew from the description's model
	@$(LOYALTY) schema

clean: ## remove everything that was generated, but not the environment
	@rm -rf reports/_book reports/_generated reports/executed reports/results reports/by-hand _variables.yml .cache/marks .cache/computed .cache/books .cache/render .snakemake docs/_build docs/made
