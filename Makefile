# The short way to everything; each target makes what it needs. PYTHON=python3.13 picks another one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
USERS ?= 20000
DAYS ?= 180
SEED ?= 1
export TOWNSQUARE_HOME ?= $(CURDIR)/var

.PHONY: run test up lint lock docs clean

run: $(VENV)/.installed  ## simulate a network and take it to its first release
	$(BIN)/townsquare simulate --users $(USERS) --days $(DAYS) --seed $(SEED)
	$(BIN)/townsquare run

test: $(VENV)/.installed  ## the whole test suite
	$(BIN)/python -m pytest -n 2

up: $(VENV)/.installed  ## Airflow's scheduler and UI on the same home, until Ctrl-C
	$(BIN)/townsquare up

lint: $(VENV)/.installed  ## every linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project
	$(BIN)/yamllint --strict .
	$(BIN)/townsquare dbt parse
	$(BIN)/cog --check README.md

docs: $(VENV)/.installed  ## write the generated parts of the docs anew
	$(BIN)/cog -r README.md
	$(BIN)/townsquare docs

lock:  ## resolve every dependency anew; needs uv
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
		--python-version 3.11 --extra dev pyproject.toml -o requirements.lock

clean:  ## remove the environment; the home stays
	rm -rf $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Townsquare needs Python 3.11 to 3.13; say which with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
