# A thin face over CMake's presets. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help deps deps-test build package demo orders pictures test lint format fuzz bench federation torture torture-business sim clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

deps: ## install what building and running needs
	@docker/deps.sh docker/packages-build.txt

deps-test: ## ... and what tests, lint and benchmarks need
	@docker/deps.sh docker/packages-build.txt docker/packages-test.txt

build: deps ## build the release preset into build/release/bin
	@cmake --preset release -Wno-dev --log-level=WARNING
	@cmake --build --preset release

package: build ## .deb files into build/packages: drayd, drayctl, dray-bench, dray-fleet, dray-services
	@docker/deps.sh docker/packages-package.txt
	@packaging/build-debs

demo: deps ## broker, services and fleet on this machine; prints their URLs; Ctrl-C stops it all
	@cmake --preset release -Wno-dev --log-level=WARNING
	@cmake --build --preset release --target drayd drayctl dray_console dray-fleet dray_services dray_web
	@services/demo/run

orders: build ## 1,000 orders at once against 200 vehicles; do the books balance?
	@tests/bench/orders

pictures: deps-test build ## every page, light and dark, on a desktop and a phone, into build/pictures
	@node tests/e2e/browser/pictures.mjs build/pictures
	@DRAYD=build/release/bin/drayd node tests/e2e/browser/console-screenshots.mjs build/pictures/console

test: deps-test ## build everything and run every test that CI runs
	@tests/run-all

lint: deps-test ## clang-format and clang-tidy over our own sources
	@tests/lint

format: ## rewrite our own sources in the house format
	@git ls-files '*.cpp' '*.h' '*.proto' | xargs clang-format-14 -i

fuzz: deps-test ## run every fuzz target for SECONDS=60
	@tests/fuzz/run $(or $(SECONDS),60)

bench: deps-test build ## measure against mosquitto, side by side
	@tests/bench/run
	@tests/bench/growth
	@tests/bench/topics

torture: deps-test build ## kill -9 a broker ROUNDS=100 times under load; loss of power; the same to mosquitto
	@tests/torture/run $(or $(ROUNDS),100)

federation: deps-test build ## two sites, and one with mosquitto: the link cut CUTS=20 times under load; what is lost, doubled, looped?
	@BRIDGE_CUTS=$(or $(CUTS),20) BRIDGE_BATCH=$(or $(BATCH),100) /usr/bin/python3 tests/integration/admin/bridge_test.py \
		build/release/bin/drayd build/release/bin/drayctl -k drayd

torture-business: deps-test build ## 5,000 orders, each service killed 20 times, the broker 5 times, the network cut 40 times; do the books balance?
	@/usr/bin/python3 tests/bench/orders --orders 5000 --vehicles 500 --declined 250 --cancelled 250 --kills 20 --broker-kills 5 --cuts 40 \
		--speed 100 --deadline 3600

sim: build ## whole brokers from seeds, against all laws; SEED=123 replays one, SEEDS=10000 runs that many
	@DRAY_SEED=$(or $(SEED),1) DRAY_SEEDS=$(or $(SEEDS),$(if $(SEED),1,500)) build/release/bin/sim_tests

clean: ## remove everything that was built
	@rm -rf build
