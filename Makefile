# make setup    what a fresh Debian or Ubuntu lacks (MAJORS=1: npm too, which brings the other majors of PostgreSQL)
# make demo     the five-minute walk, on throwaway servers
# make test     set-up, then every test, on every major of PostgreSQL that can be had
# make bench    plan and export beside pg_dump (SIZES="100 1000 5000" tables)

SHELL := /bin/bash
export PATH := $(HOME)/.cargo/bin:$(PATH)

MAJORS ?=
SIZES  ?= 100 1000 5000

.PHONY: setup majors demo test bench

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

bench: setup
	cargo build --release --locked
	cargo bench --locked --bench scale -- $(SIZES)
