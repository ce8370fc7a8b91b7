# Needs make and Python 3.11 or newer; everything else goes into .venv.

BIN := .venv/bin
RUNTIME := .venv/.runtime-is-installed
DEV := .venv/.dev-is-installed
NODE := services/console/node_modules/.is-installed
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
BENCHMARKS := $(patsubst benchmarks/%.py,bench-%,$(wildcard benchmarks/[a-z]*.py))
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help venv demo up test check format lint types imports console vendor lock clean $(BENCHMARKS)

help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@for each in $(BENCHMARKS); do printf "  make %s\n" "$$each"; done

demo: $(RUNTIME) ## Upload, enrich and filter invented leads on this machine, in a minute
	@$(BIN)/leadledger demo $(ARGS)

up: $(RUNTIME) ## Run the server here; it keeps its data in .leadledger/data (ARGS=--sandbox imitates providers)
	@$(BIN)/leadledger up $(ARGS)

test: $(DEV) $(NODE) ## Run every test (ARGS="tests/shared -k bus" runs some)
	@$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

check: lint types imports console test ## Format, lint, types, import rules, console, tests: what CI runs

lint: $(DEV) ## Check format and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(DEV) ## Check the types
	@$(BIN)/mypy

imports: $(DEV) ## Check which part may import which
	@$(BIN)/lint-imports --no-cache

console: $(NODE) ## Check the console: its calls against the API's description, its types, lint
	@$(BIN)/python -m services.api_pages services/console/.build
	@cd services/console && $(NPM) run --silent types && $(NPM) run --silent lint

vendor: $(NODE) ## Bundle the libraries of the console anew, at the versions its lock pins
	@cd services/console && $(NPM) run --silent vendor

format: $(DEV) ## Format the code and mend what lint can mend
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

venv: $(DEV) ## Make .venv with everything for development

$(BENCHMARKS): bench-%: benchmarks/%.py $(DEV)
	@$(BIN)/python $< $(ARGS)

lock: $(DEV) ## Resolve the dependencies anew; UPGRADE=--upgrade takes newer versions
	@$(COMPILE) $(UPGRADE) -o requirements/runtime.txt
	@$(COMPILE) $(UPGRADE) --extra dev -c requirements/runtime.txt -o requirements/dev.txt

clean: ## Remove .venv, caches and builds; data in .leadledger stays
	@rm -rf .venv services/console/node_modules services/console/.build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements/runtime.txt scripts/make_venv
	@scripts/make_venv requirements/runtime.txt
	@touch $@

$(NODE): services/console/package-lock.json $(DEV)
	@cd services/console && $(NPM) ci --silent
	@touch $@

# The development lock holds the runtime's versions, so one install is enough.
$(DEV): requirements/dev.txt requirements/runtime.txt scripts/make_venv
	@scripts/make_venv requirements/dev.txt
	@touch $@ $(RUNTIME)
