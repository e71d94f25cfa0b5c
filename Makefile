# make setup    what a fresh Debian or Ubuntu lacks (MAJORS=1: npm too, which brings the other majors of PostgreSQL)
# make demo     the five-minute walk, on throwaway servers
# make test     set-up, then every test, on every major of PostgreSQL that can be had
# make random   random schemas for HOURS (SEED=1 MAJORS=15,17,18 OUT=directory for what fails, made small)
# make bench    plan and export beside pg_dump (SIZES="100 1000 5000" tables)

SHELL := /bin/bash
export PATH := $(HOME)/.cargo/bin:$(PATH)

MAJORS ?=
SIZES  ?= 100 1000 5000

.PHONY: setup majors demo test random bench

setup:
	@MAJORS=$(MAJORS) scripts/setup

majors: setup
	@scripts/postgres fetch

demo: setup
	cargo build --release --locked
	@demo/demo.sh

test: majors
	cargo test --workspace --locked
	@scripts/postgres list

HOURS ?= 1
SEED  ?= 1
OUT   ?= $(CURDIR)/target/random

# MAJORS=15,18 says on which servers; otherwise on the distribution's.
random: setup
	@mkdir -p $(OUT)
	PLUMB_RANDOM_HOURS=$(HOURS) PLUMB_RANDOM_SEED=$(SEED) PLUMB_RANDOM_OUT=$(OUT) $(if $(MAJORS),PLUMB_TEST_MAJORS=$(MAJORS)) \
	    cargo test --locked --test live_random -- --nocapture

bench: setup
	cargo build --release --locked
	cargo bench --locked --bench scale -- $(SIZES)
