# What to type. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The build runs on JDK 25 wherever that is found; Maven itself may be started by an older one.
JDK := $(shell . packaging/find-jdk.sh; neox_find_jdk; echo "$$neox_jdk")
# Maven's own libraries use Unsafe; the JDK's warnings about it are not for our users.
export MAVEN_OPTS += $(if $(JDK),--sun-misc-unsafe-memory-access=allow)
# Error Prone reads javac's inside; one warm compiler for all modules takes half the time.
javac = --add-$(1)=jdk.compiler/com.sun.tools.javac.$(2)=ALL-UNNAMED
export MAVEN_OPTS += $(if $(JDK),$(foreach package,api file main model parser processing tree util,\
  $(call javac,exports,$(package))) $(foreach package,code comp,$(call javac,opens,$(package))))
# Each class of the compiler's runs for a few seconds: to optimize it costs more than that gains, and
# a collector with threads of its own finds no idle core. A small space for what is new would be
# collected twice a second.
export MAVEN_OPTS += -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmn384m
# Two modules at a time: while one is compiled, on one core, another tests.
MVN := $(if $(JDK),JAVA_HOME=$(JDK) )mvn --batch-mode --no-transfer-progress -Dstyle.color=never -T 2 \
  $(if $(JDK),-Dcompiler.fork=false)
# Error Prone reads what is compiled: nothing may count as compiled already without it.
strictly = find shared neox-* -type d -path '*/target/*' \( -name classes -o -name test-classes \
  -o -name maven-status \) -prune -exec rm -rf {} +
comma := ,
# What a distribution is built with, and how it is packed once Maven has built it.
profiles := dist$(if $(GPU),$(comma)gpu)
pack = packaging/dist.sh $(JDK)$(if $(GPU), gpu) && touch dist/.built
# Of what Maven tells, the line of each module, warnings and errors.
TELL := 2>&1 | packaging/maven-lines.sh
SOURCES := $(shell find shared neox-* -path '*/src/main/*' -type f) \
  $(shell find . -name pom.xml -not -path './dist/*') $(wildcard packaging/* configs/*.yml) Makefile

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: dist ## a model's whole life, anew, in demo/: text, tokens, training, samples, scores, HF model
	@rm -rf demo
	@time docs/quickstart.sh

test: jdk ## compile, run the tests, check the format; SLOW=1: all of them, lint and the packaged tools, as CI does
	$(if $(SLOW),rm -rf dist && $(strictly))
	$(MVN) -P$(profiles) $(if $(SLOW),-Derrorprone -Dtest.slow=true -Dtest.excludedGroups=gpu) verify $(TELL)
	packaging/test-summary.sh
	$(if $(SLOW),$(pack) && packaging/smoke-test.sh)

test-pages: dist ## what `make test SLOW=1` tries of the packaged tools, and every command of the documentation
	packaging/smoke-test.sh --pages

lint: jdk ## compile everything with Error Prone and NullAway
	$(strictly)
	$(MVN) -Derrorprone test-compile $(TELL)

quick: jdk ## compile and test without warnings and the format check
	$(MVN) -Dquick test $(TELL)

format: jdk ## lay out the sources
	$(MVN) spotless:apply $(TELL)

bench: dist ## the benchmarks that need no data from outside
	benchmarks/run-all.sh

DATA ?= ../shared/data
bench-tokenize: dist ## tokenizers side by side on the corpora of DATA
	benchmarks/tokenize-speed.sh $(DATA)

bench-generate: dist ## decoding beside what memory allows, and with PYTHON beside transformers
	benchmarks/generate-speed.sh $(MODELS)

bench-eval: dist ## neox-eval beside a scorer of transformers in PYTHON, if that is given
	benchmarks/eval-speed.sh $(PYTHON)

dist: dist/.built ## the tools with a runtime of their own, ready to run, in dist/, and as dist/neox-*.tar.gz

dist/.built: $(SOURCES) | jdk
	rm -rf dist
	$(MVN) -Dquick -DskipTests -P$(profiles) -pl '!shared/architecture-tests' package $(TELL)
	$(pack)

PREFIX ?= /usr/local
install: dist ## the tools, completions and manual pages to PREFIX (/usr/local), below DESTDIR
	packaging/install.sh "$(DESTDIR)" "$(PREFIX)"

uninstall: ## take away what `make install` with the same PREFIX and DESTDIR has laid down
	packaging/install.sh --remove "$(DESTDIR)" "$(PREFIX)"

clean: ## delete everything built
	rm -rf dist demo
	find . -name target -type d -prune -exec rm -rf {} +

jdk:
	@[ -n "$(JDK)" ] || { echo "no JDK 25 or later found: install one, or set JAVA_HOME to it" >&2; exit 1; }

.PHONY: help demo test test-pages lint quick format bench bench-tokenize bench-generate dist install uninstall clean jdk
