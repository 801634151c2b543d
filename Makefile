# The verbs of the project, over the CMake presets. Everything is built under build/.
.DEFAULT_GOAL := help
.PHONY: help deps build test e2e tsan fuzz demo bench fmt lint image

help: ## List the verbs
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## Install the missing packages with apt, and fetch Apache Kafka's jars once
	@tests/support/install_deps.sh
	@tests/support/kafka/kafka.sh fetch

build: deps ## Build both services, optimised and hardened, into build/release
	@tests/support/build.sh release capture-svc publisher-svc

test: deps ## Run every test: under ASan and UBSan on a real broker, then the threaded ones under TSan
	@tests/support/test.sh dev tsan

e2e: deps ## Run only the end-to-end and fault tests, on a real broker
	@CTEST_LABELS='^(e2e|fault)$$' tests/support/test.sh dev

tsan: deps ## Run the threaded tests under ThreadSanitizer
	@tests/support/test.sh tsan

fuzz: deps ## Feed the parsers hostile bytes, FUZZ_SECONDS=60 for each target
	@tests/support/install_deps.sh fuzz
	@tests/support/fuzz.sh

demo: build ## Replay the sample through the ring into Kafka and show what came out (BROKERS= names another broker)
	@examples/demo.sh

bench: deps ## Run the benchmarks: parts as ratios, then the whole pipeline against its yardsticks
	@tests/support/install_deps.sh bench
	@tests/bench/run.sh

image: ## Build both container images with docker, podman or buildah (TAG=)
	@docker/build.sh $(TAG)

fmt: ## Format the sources
	@tests/support/install_deps.sh lint
	@tests/support/lint.sh --fix

lint: ## Check formatting, shell scripts and whitespace
	@tests/support/install_deps.sh lint
	@tests/support/lint.sh
