# Each target does all its own set-up: a virtual environment in .venv, and in it what that target needs.
#   make lab PYTHON=/path/to/python3.12    with a Python of your choice
#   make lab LAB="--no-browser --port 8899"  with options for JupyterLab
#   make docs SITE="--edition self-learners"  with options for autograder docs
#   make site PYODIDE=/path/to/pyodide  with Python for the browser from a folder, so that no network is needed
#   make test ORACLE=1 TESTS="tests/mytorch -x"  with PyTorch as the oracle, and with options for pytest

VENV ?= .venv
BIN := $(VENV)/bin
FIRST_LESSON := modules/01_tensors/01_tensors.ipynb
LAB ?=
TESTS ?=
# Processes that run tests side by side. The files are shared out, so tests of one file stay together.
JOBS ?= 2
ORACLE ?= 0
MUTANTS ?=
BENCHMARK ?=
SITE ?=
PYODIDE ?=

# nbgrader calls `alembic`, and a terminal in JupyterLab should know `gradlab`: both are in the environment's bin.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

# Stamps of what is installed. One that is older than pyproject.toml is out of date.
READY := $(VENV)/.ready
DEV := $(VENV)/.dev
TORCH := $(VENV)/.oracle
BENCH := $(VENV)/.bench
FULL := $(VENV)/.full
DOCS := $(VENV)/.docs
# The edition for the browser is built in an environment of its own: its lab extension has no place beside real kernels.
LITE := .build/lite
LITE_READY := $(LITE)/venv/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lab test test-full conformance lint format mutants verify demo bench bench-grading docs site site-measure dot clean distclean

help: ## show this list
	@echo "usage: make TARGET"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

lab: $(READY) dot ## set everything up and open lesson 1 in JupyterLab
	@test -f $(FIRST_LESSON) || { echo "error: $(FIRST_LESSON) is missing. Get it back: git checkout -- modules" >&2; exit 2; }
	@root=$$(test "$$(id -u)" = 0 && echo --allow-root); \
	  jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/$(FIRST_LESSON) $$root $(LAB)

demo: $(READY) dot ## run the whole cycle once, with a class of eight simulated students
	autograder demo

test: $(DEV) $(if $(filter 1 true yes,$(ORACLE)),$(TORCH)) dot ## lint, prove the lessons, run the tests
	ruff check .
	ruff format --check .
	autograder verify --notebooks
	python -m pytest -n $(JOBS) --dist loadfile $(TESTS)

test-full: $(FULL) dot ## the long suites that `make test` leaves out
	python -m pytest -m full $(TESTS)

conformance: $(TORCH) ## hold the engine against PyTorch, numeric gradients included; prints the counts
	python -m pytest tests/mytorch -m "" $(TESTS)

verify: $(READY) ## prove that stubs fail, solutions pass and nothing leaks into modules/
	autograder verify

mutants: $(READY) ## how many wrong answers do the tests catch? MUTANTS="3 --write"
	autograder mutants $(MUTANTS)

lint: $(DEV) ## check style and formatting
	ruff check .
	ruff format --check .

format: $(DEV) ## put style and formatting right
	ruff check --fix .
	ruff format .

bench: $(BENCH) ## measure the engine's speed beside NumPy by hand, PyTorch and other engines
	autograder build
	python -m benchmarks.run --page site/benchmark $(BENCHMARK)

bench-grading: $(READY) ## measure grading beside stock nbgrader, on 100 copies of a real lesson
	autograder build
	python -m benchmarks.grading $(BENCHMARK)

docs: $(DOCS) dot ## render the course as a website, in .build/docs
	autograder docs $(SITE)

site: $(READY) $(LITE_READY) ## build the edition that runs in a browser: .build/lite/site
	autograder release --to $(LITE)/course --force
	$(LITE)/venv/bin/python site/lite/build.py --course $(LITE)/course --to $(LITE)/site \
	  $(if $(PYODIDE),--pyodide "$(PYODIDE)")
	@echo "Look at it: python3 site/lite/serve.py $(LITE)/site"

site-measure: $(DEV) ## how large that edition is, and how soon its first lesson can be used
	python site/lite/measure.py $(LITE)/site

clean: ## remove what was built; your work in modules/ and mytorch/ stays
	rm -rf .build .pytest_cache .ruff_cache *.egg-info
	find gradlab autograder mytorch solutions tests -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## also remove the virtual environment
	rm -rf $(VENV)

# Drawings use Graphviz. Without it they are shown as text, so its absence stops nothing.
dot:
	@command -v dot >/dev/null || { \
	  if command -v brew >/dev/null; then how="brew install graphviz"; \
	  elif command -v apt-get >/dev/null; then how="sudo apt-get install graphviz"; \
	  elif command -v dnf >/dev/null; then how="sudo dnf install graphviz"; \
	  elif command -v choco >/dev/null; then how="choco install graphviz"; \
	  else how="conda install -c conda-forge graphviz"; fi; \
	  echo "note: Graphviz (dot) is missing, so graphs are shown as text. To draw them: $$how"; }

# ---- the virtual environment -----------------------------------------------------------------------------------

$(BIN)/python:
	@python="$(PYTHON)"; \
	  for each in python3 python3.13 python3.12 python3.11 python; do \
	    test -z "$$python" && "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$$each; \
	  done; \
	  "$${python:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "error: gradlab needs Python 3.11 or newer; $${python:-python3} is $$("$${python:-python3}" --version 2>&1)." >&2; \
	    echo "Install one (https://www.python.org/downloads), or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
	    exit 2; }; \
	  echo "Making a virtual environment in $(VENV) ..."; \
	  "$$python" -m venv "$(VENV)" || { \
	    rm -rf "$(VENV)"; \
	    echo "error: no virtual environment. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 2; }

$(READY): pyproject.toml | $(BIN)/python
	@echo "Installing gradlab and what it needs (some minutes the first time) ..."
	@python -m pip install --quiet --editable .
	@# JupyterLab asks about news on its first start; nobody who opens lesson 1 wants that.
	@mkdir -p $(VENV)/share/jupyter/lab/settings && cp binder/overrides.json $(VENV)/share/jupyter/lab/settings/
	@# nbgrader's "Create Assignment" would change a lesson's cells: they are made by `autograder build`.
	@mkdir -p $(VENV)/etc/jupyter/labconfig
	@echo '{"disabledExtensions": {"@jupyter/nbgrader:create-assignment": true}}' \
	  > $(VENV)/etc/jupyter/labconfig/page_config.json
	@touch $@

$(DEV): $(READY)
	@python -m pip install --quiet --editable ".[dev,docs]"
	@touch $@

$(TORCH): $(DEV)
	@echo "Installing PyTorch, to compare with ..."
	@python -m pip install --quiet --editable ".[dev,docs,oracle]"
	@touch $@

$(FULL): $(TORCH)
	@python -m pip install --quiet --editable ".[dev,oracle,docs,postgres,dask]"
	@touch $@

$(BENCH): $(TORCH)
	@python -m pip install --quiet --editable ".[dev,oracle,bench]"
	@touch $@

$(DOCS): $(READY)
	@python -m pip install --quiet --editable ".[docs]"
	@touch $@

$(LITE_READY): site/lite/requirements.txt | $(BIN)/python
	@echo "Installing what builds the edition for the browser ..."
	@"$(BIN)/python" -m venv $(LITE)/venv
	@$(LITE)/venv/bin/python -m pip install --quiet --requirement site/lite/requirements.txt
	@touch $@
