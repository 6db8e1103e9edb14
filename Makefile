# SPDX-License-Identifier: GPL-2.0-or-later
# vnetlab. `make help` lists the targets.
VERSION := 0.1.0
V       ?= release
PREFIX  ?= /usr/local
T       ?= 60
B       := build$(if $(filter-out release,$(V)),/$(V))
CLANG   := $(firstword $(shell command -v clang-14 clang) clang)
ifeq ($(origin CC),default)
CC      := $(if $(filter clang,$(V)),$(CLANG),gcc)
endif

PKGS     := gnutls jansson libcurl libmicrohttpd libssh2 libmnl libnftables smartcols yaml-0.1
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough \
            -Wno-missing-field-initializers $(if $(W),-Werror)
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1
HARDEN   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE

# clang warns where uthash's macros are used, gcc knows that they are another's.
ifneq ($(findstring clang,$(CC)),)
WARN     += -Wno-implicit-fallthrough
endif

# What a flavour compiles and links with: release, clang, san (sanitizers), cov (coverage), fuzz.
release_CFLAGS := $(HARDEN)
release_LDFLAGS := -pie -Wl,-z,relro,-z,now
clang_CFLAGS   := $(HARDEN)
clang_LDFLAGS  := $(release_LDFLAGS)
san_CFLAGS     := $(SAN) -Wno-format-truncation
san_LDFLAGS    := $(SAN)
cov_CFLAGS     := --coverage -O0
cov_LDFLAGS    := --coverage
fuzz_CFLAGS    := $(SAN) -fsanitize=fuzzer-no-link
fuzz_LDFLAGS   := $(SAN)

# Targets that compile need the libraries' headers; say so before the compiler does.
BUILDS := $(filter-out clean help deps uninstall test demo bare format dist deb deb-test image-test release-test release,$(or $(MAKECMDGOALS),all))
ifneq ($(BUILDS),)
ifneq ($(shell pkg-config --exists $(PKGS) && echo yes),yes)
$(error libraries or their headers are missing ($(PKGS)): run "make deps")
endif
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   := $(shell pkg-config --libs $(PKGS))
# What the virtual router takes from the archive must need no more.
ROUTER_LIBS := $(shell pkg-config --libs jansson libmnl libnftables)
endif

# A line for each file; VERBOSE=1 shows the commands, make -s nothing.
Q   := $(if $(VERBOSE),,@)
say  = $(if $(VERBOSE)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-5s %s\n' $(1) $@)

ALL_CFLAGS  = -std=gnu17 -D_GNU_SOURCE -Iorchestrator $(WARN) -MMD -MP $(CFLAGS) $($(V)_CFLAGS) $(PKG_CFLAGS)
ALL_LDFLAGS = $(LDFLAGS) $($(V)_LDFLAGS)
LDLIBS     := $(PKG_LIBS) -lm

objects   = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)))
MAINS    := $(B)/orchestrator/cmd/main.o $(B)/orchestrator/router/main.o
# A layer may have rooms, and they rooms of their own: orchestrator/input/arm/expr/.
ALL_OBJ  := $(filter-out $(MAINS),$(call objects,orchestrator/*/*.c orchestrator/*/*/*.c orchestrator/*/*/*/*.c))
UNIT     := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(B)/vnetlab $(if $(wildcard orchestrator/router/main.c),$(B)/vnetlab-router) ## build vnetlab
	@:

# Operations and commands register themselves, so vnetlab takes the objects, all of them; the virtual
# router and the unit tests take from the archive what they refer to.
$(B)/vnetlab: $(ALL_OBJ) $(B)/orchestrator/cmd/main.o
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/vnetlab-router: $(B)/orchestrator/router/main.o $(B)/lib.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ROUTER_LIBS) -lm
$(B)/lib.a: $(ALL_OBJ)
	$(call say,AR)
	$(Q)rm -f $@ && ar rcs $@ $^
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/lib.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka
$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(B)/tests/unit/%.o: ALL_CFLAGS += -include tests/lib/unit.h
# The list of the sorts of checks is made of the files that have one, by their places; it is written when it differs.
$(B)/orchestrator/checks/sorts.o: orchestrator/checks/sorts.inc
orchestrator/checks/sorts.inc: FORCE
	@mkdir -p $(B)
	@{ echo '/* SPDX-License-Identifier: GPL-2.0-or-later */'; echo '/* Written by make, of the files in checks/. */'; \
		awk '/^const struct check_sort sort_/ { name = substr($$4, 6) } \
			/^\t\.place = / && name { print $$3 + 0, "SORT(" name ")"; name = "" }' orchestrator/checks/*.c | \
			sort -n | cut -d' ' -f2; } >$(B)/sorts.inc
	@cmp -s $(B)/sorts.inc $@ || cp $(B)/sorts.inc $@
# The files of the page are put into this one.
$(B)/orchestrator/web/assets.o: $(wildcard orchestrator/web/*.html orchestrator/web/*.css orchestrator/web/*.js)
$(B)/orchestrator/base/version.o: ALL_CFLAGS += -DVNETLAB_VERSION='"$(VERSION)"'

# --- tests -----------------------------------------------------------------------------------------

PROVE  := tests/lib/prove
JOBS   ?= 2
export B

unit: $(UNIT) ## unit tests alone
	TIDY=1 CMOCKA_MESSAGE_OUTPUT=TAP $(PROVE) unit -j$(JOBS) $(UNIT)

golden: all tools ## texts that must stay as they are; ACCEPT=1 takes the new ones
	$(if $(wildcard tests/golden/*.t),TIDY=1 $(PROVE) golden -j$(JOBS) $(wildcard tests/golden/*.t))

check: unit golden ## unit and golden tests: no privileges, seconds

E2E ?= $(wildcard tests/e2e/*.t)
TOOLS := $(patsubst %.c,$(B)/%,$(wildcard tests/tools/*.c tests/e2e/*.c))
tools: $(TOOLS)
e2e: all $(TOOLS) ## end-to-end tests, as root and as an ordinary user; E2E=FILES WHO=root|user
	tests/lib/e2e -j$(JOBS) $(E2E)

fidelity: all ## labs against published observations of real Azure; CASES="01 38"  DOCS=1 writes docs/fidelity.md
	tests/fidelity/run $(if $(DOCS),--docs docs/fidelity.md) $(CASES)

clients: all ## the endpoint's other clients (tests/arm), where npm or Ansible are; reaches npm's registry
	B=$(B) tests/arm/clients

test-browser: all ## pages in a real Chromium, if there is one; screenshots in build/browser
	tests/browser/pages.t
	tests/browser/web.t

lint: ## style, static analysis, layers
	$(PROVE) lint -j$(JOBS) tests/lint/*.t

format: ## clang-format (14 or 19, they agree) on all C
	git ls-files '*.c' '*.h' | xargs $$(command -v clang-format-14 clang-format-19 | head -n 1) -i

bench: all $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c)) ## speed against a floor measured in the same run; takes minutes
	tests/bench/run

.PHONY: lessons
lessons: all ## plays all lessons in labs: their beginnings and their solutions
	tests/tools/lessons

SEED  ?= 1
STEPS ?= 100
chaos: all ## a lab changed and broken at random against fresh ones; SEED=1 STEPS=100
	tests/chaos/run $(SEED) $(STEPS)

# Faults planted by the linker, in programs of their own: tests/chaos/plant.
plant_route   := nl_route_del
plant_element := nft_elems_diff
plant_session := bird_enable
PLANTS := $(patsubst tests/chaos/plant/%.c,%,$(wildcard tests/chaos/plant/*.c))
chaos-plant: $(foreach p,$(PLANTS),$(B)/plant-$(p)/vnetlab $(B)/plant-$(p)/vnetlab-router) ## does chaos find what is planted?
	tests/chaos/planted
define plant
$(B)/plant-$(1)/vnetlab: $(ALL_OBJ) $(B)/orchestrator/cmd/main.o $(B)/tests/chaos/plant/$(1).o
$(B)/plant-$(1)/vnetlab-router: $(B)/orchestrator/router/main.o $(B)/tests/chaos/plant/$(1).o $(B)/lib.a
$(B)/plant-$(1)/vnetlab $(B)/plant-$(1)/vnetlab-router:
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -Wl,--wrap=$$(plant_$(1)) -o $$@ $$^ $$(LDLIBS)
endef
$(foreach p,$(PLANTS),$(eval $(call plant,$(p))))

# clang's fuzzer; what it finds is left in build/fuzz.
fuzz: fuzz-build ## every fuzzer for T seconds
	JOBS=$(JOBS) tests/lib/fuzz $(T) $(FUZZ:%=build/fuzz/tests/fuzz/%)
fuzz-build: # with vnetlab, so that clang has compiled all there is
	$(MAKE) V=fuzz CC="$(CLANG)" all $(FUZZ:%=build/fuzz/tests/fuzz/%)
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/lib.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)
$(B)/tests/tools/%: $(B)/tests/tools/%.o $(B)/lib.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/e2e/%: $(B)/tests/e2e/%.o $(B)/lib.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/lib.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

cov: ## coverage of the unit and golden tests: build/cov/index.html
	$(MAKE) V=cov check
	gcovr -r . --object-directory build/cov -e tests/ --html-details build/cov/index.html --print-summary -s

test: ## everything, as CI does: builds, tests, sanitizers, lint
	@.ci/deps
	tests/lib/suite

bare: ## demo and test on a bare SUITE=bookworm|trixie; USERS="root user"  TARGETS="demo test"
	@tests/bare/run $(SUITE)

docs: $(B)/vnetlab ## docs/topology.md and settings.md from the table that parses; the picture
	$< schema --docs >docs/topology.md
	$< schema --settings >docs/settings.md
	docs/draw docs/architecture.txt >docs/architecture.svg

# --- installing ------------------------------------------------------------------------------------

deps: ## install the packages that are needed (apt)
	@.ci/deps

demo: ## install what is missing, build, and show the first lab
	@.ci/deps runtime build
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@topologies/demo

SHARE := $(DESTDIR)$(PREFIX)/share
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd
install: all ## DESTDIR= PREFIX=/usr/local
	install -D -t $(DESTDIR)$(PREFIX)/bin $(B)/vnetlab
	install -D -t $(DESTDIR)$(PREFIX)/libexec/vnetlab $(B)/vnetlab-router
	mkdir -p $(SHARE)/man/man1 $(SHARE)/vnetlab $(SHARE)/doc/vnetlab
	$(B)/vnetlab help --man >$(SHARE)/man/man1/vnetlab.1
	cp -r --no-preserve=ownership images topologies $(SHARE)/vnetlab
	cp -r --no-preserve=ownership README.md CHANGELOG.md docs $(SHARE)/doc/vnetlab
	install -d $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$(B)/vnetlab completion bash >$(SHARE)/bash-completion/completions/vnetlab
	$(B)/vnetlab completion zsh >$(SHARE)/zsh/site-functions/_vnetlab
	$(B)/vnetlab completion fish >$(SHARE)/fish/vendor_completions.d/vnetlab.fish
	mkdir -p $(UNITS)/system $(UNITS)/user
	sed 's|@BINDIR@|$(PREFIX)/bin|' docs/packaging/vnetlab@.service.in >$(UNITS)/system/vnetlab@.service
	cp $(UNITS)/system/vnetlab@.service $(UNITS)/user/vnetlab@.service

uninstall: ## what install put there
	rm -rf $(DESTDIR)$(PREFIX)/libexec/vnetlab $(SHARE)/vnetlab $(SHARE)/doc/vnetlab
	rm -f $(DESTDIR)$(PREFIX)/bin/vnetlab $(SHARE)/man/man1/vnetlab.1 \
		$(SHARE)/bash-completion/completions/vnetlab $(SHARE)/zsh/site-functions/_vnetlab \
		$(SHARE)/fish/vendor_completions.d/vnetlab.fish \
		$(UNITS)/system/vnetlab@.service $(UNITS)/user/vnetlab@.service

# --- packages --------------------------------------------------------------------------------------

dist: ## build/vnetlab-VERSION.tar.gz of the last commit, the same bytes each time, and its checksum
	@mkdir -p build
	git archive --format=tar --prefix=vnetlab-$(VERSION)/ HEAD | gzip -n -9 >build/vnetlab-$(VERSION).tar.gz
	@cd build && sha256sum vnetlab-$(VERSION).tar.gz | tee vnetlab-$(VERSION).tar.gz.sha256

deb: ## build/vnetlab_VERSION_ARCH.deb of the last commit, and lintian's opinion
	@.ci/deps build package
	docs/packaging/deb $(VERSION)

deb-test: deb ## that package in a bare Debian 12: installed, run, run as a container, purged; needs root, minutes
	tests/bare/deb build/vnetlab_$(VERSION)_*.deb

image-test: all ## the container image, built by podman and run, and the Job of Kubernetes by runc; needs root, minutes
	tests/bare/image

release-test: ## make release, of a clone, without the image; minutes
	tests/bare/release

release: ## tag, tarball, package, image and checksums of VERSION=X.Y.Z; pushes nothing
	docs/packaging/release $(if $(filter command line,$(origin VERSION)),$(VERSION))

clean: ## remove what was built
	rm -rf build

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##//' | \
		awk '{n=$$1; $$1=""; printf "  make %-11s%s\n", n, $$0}'
	@echo "  Variables: V=san|clang|cov  W=1 (warnings are errors)  T=seconds  JOBS=2  VERBOSE=1"

.PHONY: all tools unit golden check test-browser e2e fidelity lint format bench clients chaos chaos-plant fuzz fuzz-build cov test bare deps demo docs install uninstall dist deb deb-test image-test release-test release clean help FORCE
.SECONDARY:
-include $(patsubst %.o,%.d,$(ALL_OBJ) $(MAINS) $(UNIT:%=%.o) $(TOOLS:%=%.o) $(FUZZ:%=$(B)/tests/fuzz/%.o))
