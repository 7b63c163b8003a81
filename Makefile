# Two commands matter: `make run` and `make test`. README.md explains the rest.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
export PORT ?= 8000
# Only for the checkers, which import the settings but serve nothing.
CHECK_ENV := SECRET_KEY=$(shell printf 'only-for-checks-%.0s' 1 2 3 4)
PYTEST := $(PY) -m pytest -q -n 2 --dist loadscope
TEST_DATABASE_URL ?= postgresql://postgres@127.0.0.1:5432/postgres
NAME ?=

.PHONY: run test check fix staff demo lock messages bare bench bench-tickets lighthouse soak

run: .venv/.run
	@exec $(PY) -m mailsupport.supervise

# The stamp is newer than the lock only after an install that went through.
.venv/.run: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

check: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(CHECK_ENV) .venv/bin/mypy .
	$(CHECK_ENV) .venv/bin/lint-imports --no-cache
	.venv/bin/djlint templates --lint --quiet
	$(CHECK_ENV) $(PY) manage.py makemigrations --check --dry-run
	$(CHECK_ENV) SITE_URL=https://desk.example $(PY) manage.py check --deploy --fail-level WARNING

test: check
	@echo "All tests on SQLite"; TEST_DATABASE_URL= $(PYTEST)
	@if $(PY) -c 'import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3)' "$(TEST_DATABASE_URL)" 2>/dev/null; then \
	  echo "Database-facing tests on PostgreSQL"; TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PYTEST); \
	elif [ "$$CI" = true ]; then echo "No PostgreSQL accepts TEST_DATABASE_URL" >&2; exit 1; \
	else echo "Skipped: tests on PostgreSQL. To run them: apt-get install postgresql, then set TEST_DATABASE_URL"; fi

fix: .venv/.dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

staff: .venv/.run
	@test -n "$(NAME)" || { echo "Say who: make staff NAME=sato" >&2; exit 1; }
	@$(PY) manage.py staff "$(NAME)"

demo: .venv/.run
	@$(PY) manage.py demo

lock: .venv/.dev
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements-dev.in -o requirements-dev.lock
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements.in -c requirements-dev.lock -o requirements.lock

messages: .venv/.dev
	$(CHECK_ENV) $(PY) manage.py makemessages -l ja --no-location --no-wrap -i .venv -i var -i tests
	$(CHECK_ENV) $(PY) manage.py compilemessages -l ja

# Hours of texts that nobody thought of, where CI has minutes; report what it finds with the printed text.
SOAK ?= 5000
soak: .venv/.dev
	SOAK=$(SOAK) TEST_DATABASE_URL= $(PYTEST) -W ignore::hypothesis.errors.HypothesisWarning $$(grep -rl "^from hypothesis" tests --include="test_*.py")

bare:
	bash tests/bare.sh

# WRITE=1 puts figures and charts into docs/ as well.
bench: .venv/.dev
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m tests.bench $(if $(WRITE),--write)

bench-tickets: .venv/.dev
	@TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(PY) -m tests.bench.tickets $(if $(WRITE),--write)

lighthouse: .venv/.dev
	@$(PY) -m tests.bench.lighthouse $(if $(WRITE),--write)
