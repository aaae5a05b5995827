PYTHON ?= python3
BIN := .venv/bin
# Real processes on real ptys: they wait more than they work, and are kept apart from what only works.
REAL_TIME := tests/system tests/cli

.PHONY: venv demo test screens report-shots bench campaign kills fuzz lock clean
.DEFAULT_GOAL := venv

N ?= 10000
SEED ?= 1
WHOLE ?= 100
SECONDS ?= 60

venv: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch .venv/ready

demo: venv          ## a made-up session on a simulated unit
	$(BIN)/stimctl demo

test: venv          ## everything CI runs: style, types, tests, coverage of the safety room
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/coverage run -m pytest tests/safety
	$(BIN)/coverage report
	$(BIN)/python -m pytest -n 3 --ignore tests/safety $(REAL_TIME:%=--ignore %)
	$(BIN)/python -m pytest -n 4 $(REAL_TIME)

screens: venv       ## pictures of every screen, into docs/screens; the tests compare them
	$(BIN)/python tests/support/screens.py

report-shots: venv  ## the report of a made-up course by headless Chromium, into docs/screens; skipped where there is none
	$(BIN)/python tests/support/report_shots.py

campaign: venv      ## N sessions in which things go wrong, from SEED, and 100 of whole programs, on every processor
	$(BIN)/python tests/worlds/campaign.py --sessions $(N) --seed $(SEED) --whole-programs $(WHOLE)

kills: venv         ## real processes killed, frozen and told to end, over real ptys
	$(BIN)/python tests/worlds/kills.py --family stimlink --rounds 300 --seed $(SEED)
	$(BIN)/python tests/worlds/kills.py --family openemsstim --rounds 50 --seed $(SEED)

fuzz: venv          ## hostile bytes for every decoder and reader, SECONDS in all
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	$(BIN)/python tests/fuzz/fuzz.py $(SECONDS)

bench: venv         ## figures as ratios within one run, never a test
	$(BIN)/python -m bench

lock:               ## needs uv; the lock holds hashes and no addresses
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements.lock
	uv pip compile --group fuzz --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements-fuzz.lock
	! grep -nE '://|find-links|index-url' requirements.lock requirements-fuzz.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .coverage
