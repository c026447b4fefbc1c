SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
PYTHON_STAMP := .venv/.installed
NODE_STAMP := node_modules/.installed
PROOFS_STAMP := .venv-proofs/.installed
PEERS_STAMP := benchmarks/node_modules/.installed
CODE = $(wildcard receipts_ledger scripts tests benchmarks migrations)

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(PYTHON_STAMP) $(NODE_STAMP) ## Install all that is needed into .venv and node_modules (implied by the rest)

$(PYTHON_STAMP): requirements.lock pyproject.toml scripts/setup-python.sh
	scripts/setup-python.sh
	@touch $@

$(NODE_STAMP): $(PYTHON_STAMP) package.json package-lock.json scripts/setup-node.sh
	scripts/setup-node.sh
	@touch $@

.PHONY: compile
compile: setup ## Compile the contracts into the artifact that the package ships
	$(BIN)/python scripts/compile.py

.PHONY: acts
acts: setup ## Write docs/acts.md, the page on every act, from docs/acts.toml
	$(BIN)/python scripts/write_acts.py

.PHONY: demo
demo: setup ## Tell the demo story (CHAIN=anvil|ganache|... picks the engine, ALL=1 tells it on all)
	$(BIN)/receipts-ledger demo $(if $(CHAIN),--chain $(CHAIN)) $(if $(ALL),--all)

.PHONY: test
test: test-contracts ## Run all tests: forge's, then pytest's (PYTEST_ARGS is handed on)
	@scripts/ensure_postgres.sh
	$(BIN)/pytest $(PYTEST_ARGS)

.PHONY: test-contracts
test-contracts: setup ## Run forge's tests (FORGE_ARGS is handed on)
	@if ! find tests/contracts -name '*.t.sol' 2>/dev/null | grep -q .; then \
		echo "forge: no tests yet"; \
	elif ! scripts/forge test $(FORGE_ARGS); then \
		echo "FAILED: forge's tests" >&2; exit 1; \
	fi

.PHONY: faults
faults: setup ## Bring the numbered faults, then a long storm of all (FAULTS_ARGS="--seed 7" brings that one again)
	@scripts/ensure_postgres.sh
	$(BIN)/python -m tests.faults $(FAULTS_ARGS)

.PHONY: fuzz
fuzz: setup ## Make up requests as every role on both engines (FUZZ_SECONDS=120 for each, FUZZ_SEED=39)
	@scripts/ensure_postgres.sh
	FUZZ_SECONDS=$(or $(FUZZ_SECONDS),120) FUZZ_SEED=$(or $(FUZZ_SEED),39) \
		$(BIN)/pytest tests/api/test_fuzz.py --timeout=3600 $(PYTEST_ARGS)

.PHONY: mutate
mutate: setup ## Sow known bugs in copies of the tree, each of which a test must notice (MUTATE_ARGS is handed on)
	@scripts/ensure_postgres.sh
	$(BIN)/python scripts/mutate.py $(MUTATE_ARGS)

$(PROOFS_STAMP): $(NODE_STAMP) requirements-proofs.lock scripts/setup-proofs.sh
	scripts/setup-proofs.sh
	@touch $@

.PHONY: prove
prove: setup $(PROOFS_STAMP) ## Prove what tests can only try; takes about an hour (PROVE_ARGS names parts of it)
	$(BIN)/python scripts/prove.py $(PROVE_ARGS)

.PHONY: lint
lint: setup ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	scripts/forge fmt --check

.PHONY: format
format: setup ## Rewrite Python and Solidity in the house's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	scripts/forge fmt

$(PEERS_STAMP): $(NODE_STAMP) benchmarks/package.json benchmarks/package-lock.json
	.venv/bin/npm --prefix benchmarks install --ignore-scripts --no-save --loglevel=error
	@touch $@

.PHONY: bench
bench: setup $(PEERS_STAMP) ## Measure gas and speed beside others; writes docs/gas.md, speed.md and http-speed.md
	@scripts/ensure_postgres.sh
	@scripts/ensure_wrk.sh
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

.PHONY: bench-gas
bench-gas: setup $(PEERS_STAMP) ## Measure gas only
	$(BIN)/python -m benchmarks gas

.PHONY: bench-index
bench-index: setup ## Measure index and replay beside Ponder, Subsquid, cryo, web3.py (BENCH_ARGS="--events 10000 --rounds 1")
	@scripts/ensure_postgres.sh
	$(BIN)/python -m benchmarks index $(BENCH_ARGS)

.PHONY: bench-http
bench-http: setup ## Measure the API beside a bare route, and minting beside the node alone (BENCH_ARGS="--rounds 3")
	@scripts/ensure_postgres.sh
	@scripts/ensure_wrk.sh
	$(BIN)/python -m benchmarks http $(BENCH_ARGS)

.PHONY: lock
lock: setup ## Write the lock files anew (UPGRADE=1 takes the newest versions)
	scripts/setup-lock.sh

.PHONY: clean
clean: ## Remove everything that git ignores and make rebuilds
	rm -rf .venv node_modules benchmarks/node_modules build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
