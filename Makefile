# Every command prepares what it needs, once, and says so: the Python packages into .venv, the Pulumi CLI into a cache folder.
# The work is done by `python3 -m tools.prepare` (standard library only) and by the packages that it starts.

STACK ?= development
ARGS ?=
NAME ?=
EVENT ?=

# Any Python from 3.8 on can prepare; it looks for one from 3.11 on to install with, and says what is missing.
PYTHON3 := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null && echo "$$name" && break; done)
PREPARE = $(if $(PYTHON3),$(PYTHON3) -m tools.prepare,$(error Python is missing. Install 3.11 or newer: apt-get install python3 python3-venv))
export JOBR_MAKE_VERSION := $(MAKE_VERSION)

.DEFAULT_GOAL := help
.PHONY: help prepare up down preview invoke rehearse status test lint bench docs sandbox-gaps reset lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

prepare: ## install all that the other commands need (4 to 7 minutes the first time, a second after that)
	@$(PREPARE) run -- -c 'print("Prepared.")'

up: ## deploy the development stack onto the embedded cloud on this machine (about 2 minutes)
	@$(PREPARE) run -- -m sandbox up $(ARGS)

down: ## remove everything that `make up` made and stop the embedded cloud (about a minute)
	@$(PREPARE) run -- -m sandbox down $(ARGS)

preview: ## show what a deployment would change: STACK=production, staging or development (half a minute)
	@$(PREPARE) run -- -m sandbox preview --stack "$(STACK)" $(ARGS)

invoke: ## run a deployed function: NAME=function EVENT=file.json (seconds)
	@$(PREPARE) run -- -m sandbox invoke "$(NAME)" $(if $(EVENT),--event "$(EVENT)") $(ARGS)

rehearse: ## rehearse deployments on real traffic, on a stack of its own: ARGS="quick slow-burn" for some, ARGS=--list to see them (half an hour)
	@$(PREPARE) run -- -m sandbox rehearse $(ARGS)

status: ## say what runs on the embedded cloud (seconds)
	@$(PREPARE) run -- -m sandbox status $(ARGS)

test: ## run the tests; ARGS="-k word" for some of them (minutes)
	@$(PREPARE) run -- -m pytest --numprocesses 2 --dist loadfile $(ARGS)

lint: ## check style, types, locks and that nothing secret is in the files (about a minute)
	@$(PREPARE) run --no-pulumi -- -m tools.lint

bench: ## measure what the program costs beyond what it declares; ARGS="--pairs 9" for a narrower spread (about 10 minutes)
	@$(PREPARE) run -- -m tools.bench $(ARGS)

docs: ## write the generated documents anew: settings, architecture, costs (seconds)
	@$(PREPARE) run --no-pulumi -- -m tools.documents --write

sandbox-gaps: ## list where the embedded cloud keeps less than AWS does (seconds)
	@$(PREPARE) run -- -m sandbox gaps

reset: ## forget a dead embedded cloud, its state and its processes; ARGS=--force for a living one (seconds)
	@$(PREPARE) run -- -m sandbox reset $(ARGS)

lock: ## lock the requirements anew after a change of a requirements*.in; ARGS=--upgrade for newer versions (half a minute)
	@$(PREPARE) run --no-pulumi -- -m tools.lock $(ARGS)
