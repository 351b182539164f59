# Needs Python 3.11 or newer; everything it installs goes to .venv. `make` alone prints the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PEERS_STAMP := $(VENV)-bench/.installed
GRAMMY := benchmarks/peers/bots/grammy
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --no-build-isolation \
	--annotation-style=line $(if $(UPGRADE),--upgrade)

.PHONY: help run install install-dev test check prove wander bench docs lock sbom audit clean chromium grammy

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: install ## a made-up commune in the browser; HOST=… and PORT=… choose the address
	@exec $(BIN)/tungngo demo

install: $(STAMP) ## what the program needs, into .venv
install-dev: $(DEV_STAMP) ## and what its tests and checks need

test: install-dev chromium ## every test; ARGS="-k words" chooses
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: install-dev ## lint, format, types, import contracts, content
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/tungngo content check

prove: install-dev ## inject every fault, print fault, injection, outcome; write docs/faults.md
	@$(BIN)/python -m tests.prove $(ARGS)

bench: install-dev $(PEERS_STAMP) grammy ## measure beside what people write instead, and at scale; write docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

wander: install-dev ## 100,000 messages of every kind through every state on every channel; N=… takes fewer
	@$(BIN)/python -W ignore -m tests.wandering $(or $(N),100000)

docs: install-dev ## write the README's tables from the program
	@$(BIN)/python -m tests.docs_tables

lock: install-dev ## the lock files from pyproject.toml and of the peers; UPGRADE=1 takes newer versions
	@$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	@$(COMPILE) --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@$(COMPILE) --output-file requirements-bench.lock benchmarks/peers/bots/requirements.in

sbom: install-dev ## what the program is made of, CycloneDX JSON from the lock file
	@$(BIN)/python -m tests.sbom sbom.cdx.json && echo sbom.cdx.json

audit: ## known faults of the locked versions; fetches pip-audit into a place of its own, needs the network
	@$(PYTHON) -m venv $(VENV)-audit
	@$(VENV)-audit/bin/python -m pip install --quiet pip-audit
	@$(VENV)-audit/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict

clean: ## remove .venv and its like, and caches; data/ stays
	@rm -rf $(VENV) $(VENV)-audit $(VENV)-bench $(GRAMMY)/node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find bot handlers scheduler tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Name another: make install PYTHON=python3.12" >&2; \
		exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "'$(PYTHON) -m venv' does not work here; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV); a minute or so, once."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	@echo "Installing what tests and checks need; a minute or so, once."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# The peers need other versions of some packages than the program: they get a Python of their own.
$(PEERS_STAMP): requirements-bench.lock
	@echo "Installing the peers into $(VENV)-bench; a minute or two, once."
	@$(PYTHON) -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-bench.lock
	@touch $@

# One peer is written in JavaScript. Nothing else needs Node: without it, or without its packages, that peer is left out.
grammy: ; @if command -v npm >/dev/null; then $(MAKE) --silent --no-print-directory $(GRAMMY)/node_modules/.installed || \
	echo "The packages of grammY could not be installed."; fi

$(GRAMMY)/node_modules/.installed: $(GRAMMY)/package-lock.json
	@echo "Installing grammY into $(GRAMMY); a minute or two, once."
	@npm --prefix $(GRAMMY) ci --silent --no-audit --no-fund
	@touch $@

# The page is tested in a real browser. Without one that test skips, or fails where REQUIRE_ALL=1.
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "No Chromium: installing Debian's package chromium for the browser test."; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium; } \
			>/dev/null && exit 0; \
	fi; \
	echo "No Chromium: the browser test needs it; on Debian: apt-get install chromium"
