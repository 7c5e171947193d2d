# The two commands: `make grade` sets everything up and grades an example; `make test` sets
# everything up and passes. What they install goes to .venv.

PYTHON ?= python3
# A plain `torch` brings gigabytes of CUDA on Linux; name another build here if that is wanted.
TORCH ?= torch==2.13.0
# The folder of public graded answers (see eval/README.md); only for fitting and measuring.
DATA ?= data

BIN := .venv/bin

.PHONY: grade test lint format judge benchmark readme wheel clean

grade: .venv/installed
	$(BIN)/grade examples/random-forest.txt --question random-forest

test: lint
	$(BIN)/grade check
	$(BIN)/pytest -n auto

lint: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The bundled judge, from the published weights to the committed files.
judge: .venv/torch
	$(BIN)/python -m eval.training.export_encoder
	$(BIN)/python -m eval.training.token_weights --data $(DATA)
	$(BIN)/python -m eval.training.calibrate --data $(DATA)

# Every figure that the README quotes.
benchmark: .venv/torch
	$(BIN)/python -m eval.benchmarks.accuracy --data $(DATA)
	$(BIN)/python -m eval.benchmarks.bank
	$(BIN)/python -m eval.benchmarks.storage --data $(DATA)
	$(BIN)/python -m eval.benchmarks.speed
	$(BIN)/python -m eval.benchmarks.throughput

wheel: .venv/development
	$(BIN)/python -m build --outdir dist

clean:
	rm -rf .venv dist build

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/development: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[development]"
	touch $@

.venv/torch: .venv/development
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[training,benchmarks]"
	touch $@

# What the README quotes, filled in anew.
readme: .venv/installed
	NO_COLOR=1 $(BIN)/python -m eval.readme
