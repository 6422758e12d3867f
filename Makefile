# Everything runs in .venv, which the first target that needs it makes: nothing but make and
# Python 3.11+ has to be there. Another Python: `make clean`, then `make demo PYTHON=python3.13`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
# A process for each core, so that BLAS needs no threads of its own.
ALONE := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python
TESTS := $(ALONE) -m pytest --numprocesses auto
TYPED := autodiff nn optim viz examples benchmarks pytest_chainrule.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-oracle fuzz mutants bench format clean $(VENV)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/ready ## draw a graph with its gradients and train a small network; writes out/
	@$(BIN)/python -m examples.demo

test: $(VENV)/ready ## all checks: lint, format, types, doctests, tests with warnings as errors, coverage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(TESTS) --cov

test-oracle: $(VENV)/oracle ## compare with PyTorch and JAX, which it installs
	CHAINRULE_REQUIRE_ORACLES=1 $(TESTS) -m oracle tests

fuzz: $(VENV)/oracle ## 20,000 random programs against a naive engine, PyTorch and forward mode
	@$(ALONE) -m tests.fuzz --programs 20000

mutants: $(VENV)/ready ## plant faults in the rules: the tests must find them
	@$(ALONE) -m tests.mutation

bench: $(VENV)/oracle ## what an operation costs, as a ratio to PyTorch, which it installs
	@$(BIN)/python benchmarks/training.py
	@$(BIN)/python benchmarks/overhead.py
	@$(BIN)/python benchmarks/memory.py

format: $(VENV)/ready ## format the code and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove .venv and everything that was generated
	rm -rf $(VENV) out build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Empty if .venv is missing, and if it links to a Python that is gone.
HAS_PYTHON := $(shell test -x $(BIN)/python && echo yes)

# An environment that uv made has no pip, and older pips know no dependency groups.
$(VENV)/ready: pyproject.toml $(if $(HAS_PYTHON),,$(VENV))
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(PIP) 'pip>=25.1'
	@$(PIP) --editable . --group dev
	@touch $@

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "chainrule needs Python 3.11 or newer, and '$(PYTHON)' is not that: name one that is," \
	    "as in 'make PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv package (on Debian and" \
	    "Ubuntu: apt install python3-venv), or name another Python, as in" \
	    "'make PYTHON=python3.12'." >&2; exit 1; }
	@echo "Making $(VENV), once: this takes about a minute."
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/oracle: $(VENV)/ready
	@echo "Installing PyTorch and JAX to compare with, once."
	@$(PIP) --group oracle
	@touch $@
