# `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
# The first interpreter found that Aviary supports; override with `make PYTHON=python3.12 install`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
STAMP := $(VENV)/.installed
CELERY_VENV := .venv-celery
CELERY_STAMP := $(CELERY_VENV)/.installed

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## create .venv from requirements.lock (instant when nothing changed)

$(STAMP): requirements.lock
	@test -n "$(PYTHON)" || { echo "Aviary needs Python 3.11, 3.12 or 3.13 on the PATH; install one, or name one: make PYTHON=/path/to/python3.12 install" >&2; exit 2; }
	@test ! -L $(VENV) || { echo "$(VENV) is a link to another checkout's environment; run make there" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot create a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "Installing 1.6 GB into $(VENV), once; this takes some minutes ..."
	@awk '/^[^ #]/ {uv = /^uv==/} uv' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@# Airflow starts thousands of processes; without bytecode, each compiles what it imports.
	@$(TELL_INSTALLING) $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@touch $@

# Says every ten seconds what uv does, which by itself prints either nothing or a line for each package.
define TELL_INSTALLING
while sleep 1; do \
	if ((++seconds % 10 == 0)); then \
		test -e "$$(echo $(VENV)/lib/python3*/site-packages/polars)" && doing="compiling" || doing="downloading and unpacking"; \
		echo "$$(printf %3d $$seconds) s  $$doing"; \
	fi; \
done & told=$$!; trap 'kill $$told' EXIT;
endef

# This project's own modules; instant when nothing changed.
bytecode: install
	@$(BIN)/python -m compileall -q dags pipeline reports config/airflow

demo: bytecode ## run four weeks of invented accounts through the real pipeline and print the report to open
	@$(BIN)/python -m pipeline.local.demo

up: bytecode ## start Airflow on 127.0.0.1:8080 (PORT=...), on the sandbox unless live settings are given
	@$(BIN)/python -m pipeline.local.up up --port $(or $(PORT),8080)

down: install ## stop everything `make up` started, and verify that nothing is left
	@$(BIN)/python -m pipeline.local.up down

airflow: install ## run any Airflow command where `make up` runs: make airflow ARGS="dags list"
	@$(BIN)/python -m pipeline.local.up airflow $(ARGS)

TESTS := $(BIN)/python -m pytest -n auto --dist worksteal

test: install ## run the tests but the slow ones (no network, account or root needed)
	@$(TESTS) -m "not slow"

# What these folders import takes each worker seconds: Airflow, moto, cfn-lint; or all of their tests are slow.
FAST := $(TESTS) --hypothesis-profile=fast $(addprefix --ignore=tests/,aws dags distributed promises)

test-fast: install ## run the tests for every change: no server, no Airflow, a tenth of the examples
	@$(FAST) -m "not slow and not server and not heavy"

test-slow: install ## run the slow tests: schedulers, browsers, days that are killed again and again
	@$(TESTS) -m slow

check: install ## check lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

schema: install ## regenerate config/accounts.schema.json after a change of pipeline/accounts/model.py
	@$(BIN)/python -m pipeline.accounts.json_schema

docs: install ## regenerate the pages made from the code after a change of columns, commands or dependencies
	@$(BIN)/python -m tests.docs

test-distributed: install $(CELERY_STAMP) ## run two Celery workers with Redis and PostgreSQL, kill one, and compare
	@$(BIN)/python -m pytest -q tests/distributed

install-celery: install $(CELERY_STAMP) ## create .venv-celery from requirements-celery.lock, for workers on many machines

$(CELERY_STAMP): requirements-celery.lock $(STAMP)
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(CELERY_VENV)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(CELERY_VENV)/bin/python --require-hashes requirements-celery.lock
	@touch $@

bench-airflow: install ## run the DAG beside an empty one on one Airflow: CPU and wall, three pairs
	@$(BIN)/python -m tests.bench.airflow_dag

bench: install ## print the benchmark table: ratios, measured side by side in one run
	@$(BIN)/python -m tests.bench

# Only the packages that the scoring tests import, so that checking an interpreter takes seconds.
SCORING_NEEDS := polars|polars-runtime-32|vadersentiment|hypothesis|sortedcontainers|pytest|iniconfig|packaging|pluggy|pygments|rich|markdown-it-py|mdurl

test-pythons: install ## run the scoring tests on every Python 3.11-3.13 installed here (sums of floats differ)
	@set -e; venvs=$$(mktemp -d); trap 'rm -rf "$$venvs"' EXIT; \
	awk '/^[^ #]/ {keep = $$0 ~ /^($(SCORING_NEEDS))==/} keep' requirements.lock > $$venvs/needs.txt; \
	for version in 3.11 3.12 3.13; do \
		found=; \
		for python in python$$version "$$(pyenv root 2>/dev/null)"/versions/$$version.*/bin/python; do \
			if $$python -c '' 2>/dev/null; then found=$$python; break; fi; \
		done; \
		if [ -z "$$found" ]; then echo "Python $$version: not found here, skipped"; continue; fi; \
		echo "Python $$version: $$found"; \
		$(BIN)/uv venv --quiet --python $$found $$venvs/$$version; \
		$(BIN)/uv pip install --quiet --python $$venvs/$$version/bin/python --no-deps --require-hashes -r $$venvs/needs.txt; \
		$$venvs/$$version/bin/python -m pytest -q -p no:cacheprovider --confcutdir=tests/pipeline/sentiment \
			tests/pipeline/sentiment; \
	done

try-pythons: ## run make demo, up and down on the oldest and the newest Python found here, in fresh copies of the last commit
	@.ci/pythons

# Names its program by version, so that the same one makes every list; it is not part of the environment.
CYCLONEDX := cyclonedx-bom==7.5.0

dist: install ## build dist/: wheel, source and list of components (SBOM) of the last commit, tried in an environment of its own
	@set -e; made=$$(mktemp -d); trap 'rm -rf "$$made"' EXIT; rm -rf dist; mkdir $$made/source; \
	git archive HEAD | tar -x -C $$made/source; \
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/uv build --quiet -o dist $$made/source; \
	awk '/^[^ #]/ {sub(/ \\$$/, ""); print}' requirements.lock > $$made/constraints.txt; \
	$(BIN)/uv venv --quiet --python $(BIN)/python $$made/venv; \
	$(BIN)/uv pip install --quiet --python $$made/venv/bin/python -c $$made/constraints.txt dist/*.whl; \
	(cd $$made && venv/bin/aviary --version); \
	$(BIN)/uv tool run --quiet --from $(CYCLONEDX) cyclonedx-py environment --output-reproducible \
		-o dist/$$(basename dist/*.whl -py3-none-any.whl).cdx.json $$made/venv/bin/python
	@$(MAKE) --no-print-directory archive
	@ls dist

# What a machine of your own needs to run the DAG; config/aws/install.sh installs it.
ARCHIVED := .airflowignore CHANGELOG.md LICENSE Makefile accounts.yaml aviary config dags pipeline pyproject.toml reports \
	requirements.lock requirements-celery.lock

archive: ## build the archive alone that a machine installs (docs/aws.md), and print its checksum
	@set -e; mkdir -p dist; \
	version=$$(git show HEAD:pipeline/version.py | sed -n 's/^VERSION.*"\(.*\)"$$/\1/p'); made=dist/aviary-$$version-release.tar.gz; \
	git archive --prefix=aviary/ HEAD $(ARCHIVED) | gzip -n9 > $$made; \
	$(PYTHON) -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest(), "", sys.argv[1])' $$made

lock: install ## regenerate requirements.lock and requirements-celery.lock after a change of pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		pyproject.toml --group dev -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		pyproject.toml --group celery -c requirements.lock -o requirements-celery.lock

.PHONY: help install install-celery bytecode demo up down airflow test test-fast test-slow test-distributed check bench bench-airflow test-pythons try-pythons schema docs dist archive lock
