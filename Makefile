# The commands of the README and of CONTRIBUTING; each makes what it needs.
PYTHON ?= python3
BIN := .venv/bin
# Tests keep a core busy for a third of their time; for the rest they wait for processes and servers of their own.
WORKERS ?= $(shell echo $$((3 * $$(nproc))))
.PHONY: run test check lint shape bench lock clean

run: .venv/ready
	@$(BIN)/walkdown

test: .venv/ready
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

check: lint test

lint: .venv/ready
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

shape: .venv/ready
	@$(BIN)/python -m benchmarks.shape

bench: .venv/ready
	$(BIN)/python -m benchmarks

.venv/ready: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

# Needs uv (any recent one) on the PATH; the lock names versions and hashes, never where they come from.
lock:
	uv pip compile --universal --python-version 3.11 --all-extras --generate-hashes --no-header --no-annotate \
		--quiet --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv dist
