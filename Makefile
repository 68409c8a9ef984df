# Thin names for what ./run and the tools in .venv do.
bin := .venv/bin
UV ?= uv

.PHONY: run test check format-check lint types imports format screenshots lock built chaos soak bench
run:
	@./run
test:
	@./run --tests
check: format-check lint types imports test

built:
	@./run --tests --version >/dev/null
format-check: built
	$(bin)/ruff format --check
lint: built
	$(bin)/ruff check
types: built
	$(bin)/mypy
imports: built
	$(bin)/lint-imports
format: built
	$(bin)/ruff check --fix-only --quiet
	$(bin)/ruff format
screenshots: built
	$(bin)/python screenshots/make.py

# Every fault there is a case for, with figures: writes tests/chaos/SCOREBOARD.md. CHAOS_SECONDS
# scales what is random: bad input and hostile text take six times as much each, seeds as much as
# both, side by side with a terminal that does not read for CHAOS_STALL. With 60, which is ten
# million of each, about 40 minutes on two cores. A soak's figures of earlier are kept for the
# scoreboard.
CHAOS_SECONDS ?= 60
CHAOS_STALL ?= 600
reports := tests/chaos/.reports
stall := CHAOS_STALL=$(CHAOS_STALL) $(bin)/pytest -q -n0 -m slow --report $(reports)/stall \
	tests/chaos/test_screen.py -k does_not_read
long := $$(( $(CHAOS_SECONDS) * 6 ))
chaos: built
	@rm -rf $(reports)/stall
	@rm -f $(addprefix $(reports)/,$(addsuffix -*.json,tests fuzz seeds walks branches))
	-$(bin)/pytest -q --report $(reports)
	-CHAOS_SECONDS=$(CHAOS_SECONDS) $(bin)/pytest -q -n0 -m slow --report $(reports)
	-@$(stall) & \
	 $(bin)/python -m tests.chaos.seeds --seconds $$((2 * $(long))) --report $(reports) & \
	 $(bin)/python -m tests.chaos.fuzz --seconds $(long) --report $(reports); \
	 $(bin)/python -m tests.chaos.fuzz --target text --seconds $(long) --report $(reports); \
	 $(bin)/python -m tests.chaos.walks --seconds $(CHAOS_SECONDS) --report $(reports); \
	 $(bin)/python -m tests.chaos.branches --report $(reports); wait
	-@mv $(reports)/stall/*.json $(reports)/
	@$(bin)/python -m tests.chaos.scoreboard $(reports)
SECONDS ?= 1800
soak: built
	$(bin)/python -m tests.chaos.soak --seconds $(SECONDS) --report $(reports)
	@$(bin)/python -m tests.chaos.scoreboard $(reports) || true

# Figures only: nothing here passes or fails, and a busy machine shows in all of them.
bench: built
	@PYTHONPATH=app:. $(bin)/python -m tests.benchmarks.ingest
	@PYTHONPATH=app:. $(bin)/python -m tests.benchmarks.keys --blast
	@PYTHONPATH=app:. $(bin)/python -m tests.benchmarks.bandwidth

# For Python 3.11 to 3.14 on Linux and macOS. Neither an index nor a path of this machine goes in.
# pyarrow alone is as large as all the rest and only tests need it: `./run --tests` adds it.
compile := pip compile --universal --python-version 3.11 --generate-hashes --no-config \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet
lock:
	$(UV) $(compile) --extra dev --extra serve --output-file requirements.lock pyproject.toml
	sed -n 's/^parquet = \["\(.*\)"\]$$/\1/p' pyproject.toml | $(UV) $(compile) --no-annotate \
		--constraint requirements.lock --output-file tests/requirements.lock -
