# Stable entry points; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MVN ?= hack/mvn -B -q

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: cluster deploy ## From nothing to the first proven trace on a real cluster
	@hack/demo

.PHONY: build
build: ## Compile and package the operator, without tests
	@echo "building the operator (about 20 s; the first time Maven downloads for 2 min) …" >&2
	@$(MVN) package -DskipTests

.PHONY: test
test: ## Unit, golden, API-level and fault tests, and those of the init programs
	@hack/test

.PHONY: e2e
e2e: cluster deploy ## The promise, asserted on a real cluster
	@hack/e2e

.PHONY: bench
bench: cluster deploy ## Measure speed and memory; see docs/benchmarks.md
	@hack/bench

.PHONY: cluster
cluster: ## Start a one-node cluster with tempo-operator, Tempo and collector images
	@testbed/cluster up
	@testbed/parts install

.PHONY: kubeconfig
kubeconfig: ## Print the path of the cluster's kubeconfig
	@testbed/cluster kubeconfig

.PHONY: images
images: build ## Build the operator and agent-init images and load them onto the node
	@hack/images

.PHONY: deploy
deploy: images ## Install the operator of this tree, and its backend parts, on the cluster
	@hack/deploy

.PHONY: undeploy
undeploy: ## Remove all stacks and the operator; workloads are as they were before
	@hack/undeploy

.PHONY: cluster-down
cluster-down: ## Stop the cluster and leave nothing of it behind
	@testbed/cluster down

.PHONY: generate
generate: ## Write generated files (CRDs, golden files) to their checked-in places
	@$(MVN) spotless:apply
	@$(MVN) test -Dtest='*DriftTest,*GoldenTest' -DargLine=-Dgenerate=true

.PHONY: validate-bundle
validate-bundle: ## Validate the bundle with operator-framework's own validator
	@hack/validate-bundle

.PHONY: fmt
fmt: ## Format the Java sources
	@$(MVN) spotless:apply

.PHONY: clean
clean: ## Remove build results
	@rm -rf target
