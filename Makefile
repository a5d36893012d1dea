# Everything from a clean clone with Python >= 3.11, make and PyPI. GNU make 3.81 is enough.
PYTHON ?= python3
RUNTIME ?= python3.14
ARCHITECTURE ?= arm64
ARGS ?=
SEED ?= 1
OPS ?= 10000
LOCKS ?= 500
HOURS ?= 24

# The caller's shell must not reach into our environments, nor their AWS account into local runs.
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP VIRTUAL_ENV CONDA_PREFIX
# Where no bytecode is kept, every process of the tests compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE
unexport UV_PYTHON UV_SYSTEM_PYTHON UV_BREAK_SYSTEM_PACKAGES UV_PROJECT UV_PROJECT_ENVIRONMENT
unexport $(filter AWS_% SAM_CLI_%,$(.VARIABLES))
export UV_PYTHON_DOWNLOADS = never
export SAM_CLI_TELEMETRY = 0
export __SAM_CLI_APP_DIR = $(CURDIR)/.baylock/cache/sam

# uv does not read pip's settings: pass on a mirror and a certificate authority.
ifneq ($(PIP_INDEX_URL),)
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifneq ($(PIP_CERT),)
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

BIN := .venv/bin
UV := $(BIN)/python -m uv
# A worker per core. tests/conftest.py says what they share; ARGS="-n0" is one process, as --pdb needs.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 8
TYPED := layers/baylock/python cli devices/lock examples functions bench audit tests
SAM := .venv-sam/bin/python -m samcli
ENVIRONMENTS := .venv/.made .venv-sam/.made .venv-ministack/.made .venv-audit/.made

# Make the environments again after the folder was moved, or its Python was removed.
ifneq ($(shell cat .venv/.made 2>/dev/null && $(BIN)/python -c 'print("runs")' 2>/dev/null),$(CURDIR) runs)
$(shell rm -f $(ENVIRONMENTS) .venv/.synced .venv/bin/uv)
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test quick check format lint types templates secrets audit sbom hooks browser bench \
	chaos fleet build lock clean reference

help: ## print this list
	@echo "Baylock keeps a parking space waiting at the shop door. The targets of make:"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'
	@echo
	@echo "Another Python: make PYTHON=python3.12 TARGET"

setup: $(ENVIRONMENTS) ## make the environments (.venv, .venv-sam, .venv-ministack, .venv-audit)

demo: setup ## play the main job on a fresh local cloud, print it as a timeline
	@$(BIN)/baylock demo $(ARGS)

up: setup ## start a local cloud that stays up, to play with
	@$(BIN)/baylock up $(ARGS)

down: setup ## end that local cloud
	@$(BIN)/baylock down $(ARGS)

test: check browser ## check, then every test (ARGS="-k name" for some)
	$(PYTEST) $(ARGS)

# What finds most mistakes within a minute, to be run after each change. In: whatever needs no cloud, no
# broker and no store. Out, and left to `make test`: the end-to-end tests, which deploy; contracts,
# chaos, fleet and bench, which emulate DynamoDB; cfn-lint and sam validate, as long as
# tests/unit/project/test_template.py reads the templates too.
quick: lint types ## format, lint, types, unit and function tests: a minute (ARGS="-k name" for some)
	$(PYTEST) --quiet tests/unit tests/functions $(ARGS)

# The driver's page is tested in a real browser. Where none is installed, root installs Debian's; for
# others those tests are skipped with a note on what to install.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null 2>&1 && exit 0; \
	done; \
	[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0; \
	echo "installing chromium for the tests of the driver's page ..."; \
	mkdir -p .baylock/logs; \
	export DEBIAN_FRONTEND=noninteractive; \
	{ apt-get install -y -qq --no-install-recommends chromium || { apt-get update -qq && \
		apt-get install -y -qq --no-install-recommends chromium; }; } >.baylock/logs/chromium.log 2>&1 || \
		echo "that failed (.baylock/logs/chromium.log): those tests will be skipped"

# The hooks in .pre-commit-config.yaml run the same targets.
check: lint types templates secrets audit ## format, lint, types, templates, secrets, weaknesses, architecture
	$(BIN)/python -m pytest -q tests/unit/project/architecture

format: setup ## format the code, and mend what ruff can
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

lint: setup
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

types: setup
	$(BIN)/python -m mypy $(TYPED)

templates: setup
	$(BIN)/cfn-lint
	$(SAM) validate --lint --region us-east-1 --template-file template.yaml

secrets: setup
	.ci/secrets

audit: setup ## known weaknesses in code, templates and pinned packages (ARGS=code for one of them)
	@$(BIN)/python -m audit $(filter code templates dependencies,$(ARGS))

sbom: setup ## write the bills of materials (CycloneDX) to .baylock/sbom
	@$(BIN)/python -m audit sbom

hooks: setup ## check each commit before it is made (pre-commit)
	@$(BIN)/pre-commit install

bench: setup ## measure what a reservation costs, write docs/performance.md (ARGS=--quick)
	@$(BIN)/python -m bench $(ARGS)

chaos: setup ## random operations and faults, then a check of everything stored (SEED=1 OPS=10000)
	@$(BIN)/python -m tests.chaos --seed $(SEED) --ops $(OPS) $(ARGS)

fleet: setup ## a day of 500 unreliable locks, and the share of promises kept (SEED=1 LOCKS=500 HOURS=24)
	@$(BIN)/python -m tests.fleet --seed $(SEED) --locks $(LOCKS) --hours $(HOURS) $(ARGS)

reference: setup ## write docs/openapi.json, docs/api-errors.md and template.yaml's gateway responses from the code
	@$(BIN)/python -m reference

build: setup ## build for AWS (RUNTIME=python3.14 ARCHITECTURE=arm64) and print sizes
	@$(BIN)/python -m local_cloud.build --runtime $(RUNTIME) --architecture $(ARCHITECTURE)

clean: ## remove environments, builds and local clouds (after make down)
	rm -rf .venv .venv-sam .venv-ministack .venv-audit .baylock .aws-sam

# --- environments -----------------------------------------------------------------------------

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Baylock needs Python 3.11 or newer; '$(PYTHON)' is older or missing." >&2; \
		echo "Install one, or name it: make PYTHON=python3.12 setup" >&2; exit 1; }
	@echo "making .venv ..."
	@$(PYTHON) -m venv --clear .venv || { \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/uv.txt
	@touch $@

.venv/.synced: .venv/bin/uv requirements/dev.txt
	@echo "installing requirements/dev.txt ..."
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .venv \
		requirements/uv.txt requirements/dev.txt
	@touch $@

.venv/.made: .venv/.synced pyproject.toml
	@mkdir -p layers/baylock/python cli devices/lock functions
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv --editable .
	@printf '%s ' "$(CURDIR)" > $@

.venv-sam/.made .venv-ministack/.made .venv-audit/.made: .venv-%/.made: requirements/%.txt | .venv/.made
	@echo "installing requirements/$*.txt ..."
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-$*
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .venv-$* requirements/$*.txt
	@touch $@

# --- lock files: exact versions and hashes for every Python from 3.11 on, no index address --------

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url $(if $(UPGRADE),--upgrade)
# Part of Lambda's runtime, or needed by the type checker only.
IN_RUNTIME := boto3 botocore jmespath python-dateutil s3transfer six urllib3

lock: .venv/bin/uv ## generate requirements/ from pyproject.toml (UPGRADE=1: newest versions)
	@$(COMPILE) pyproject.toml --group dev --all-extras --output-file requirements/dev.txt
	@for group in sam ministack audit uv; do \
		$(COMPILE) --group $$group --output-file requirements/$$group.txt || exit 1; \
	done
	@$(COMPILE) pyproject.toml --constraint requirements/dev.txt $(IN_RUNTIME:%=--no-emit-package %) \
		--output-file layers/dependencies/requirements.txt
