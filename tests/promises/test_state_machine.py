"""Any two commands at once, each killed anywhere: once they have been run again, all promises hold.

Hypothesis chooses the commands, and at each request to S3 or to X which of the two goes on, or dies. 40 examples;
CONTRIBUTING says how to try more. X is the sandbox over HTTP, S3 a dictionary: with the real server an example takes
a minute.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from pipeline.accounts.file import parse_accounts
from pipeline.erasure.posts import finish, forget_everywhere
from pipeline.errors import AviaryError
from pipeline.lake import keys
from pipeline.lake.catalogue import find_kind
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_outcomes, find_plan
from pipeline.lake.frames import find_frame
from pipeline.progress import DayProgress
from pipeline.report import report
from pipeline.run import run_stages
from pipeline.schema import POSTS, POSTS_DAILY, ROLLUP
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.x_api.client import XApi
from tests.conftest import DAY, RequestStats
from tests.promises.days import adds_up, points_at_nothing_missing
from tests.promises.holders import readable
from tests.promises.interleaving import Command, one_request_at_a_time
from tests.promises.kills import Killed
from tests.promises.memory_s3 import MemoryS3

EVE = DAY - timedelta(days=1)
HANDLES = ("1729", "pixelforge")
CONFIG, _ = parse_accounts(
    b"timezone: UTC\ndefaults: {max_posts: 8, refresh_days: 1}\naccounts: ['1729', pixelforge]\n"
)
DAYS = st.sampled_from([EVE, DAY, DAY, DAY])  # commands about the same day are those that meet
COMMANDS = st.one_of(
    st.tuples(st.just("run"), DAYS, st.sampled_from([(), *((handle,) for handle in HANDLES)])),
    st.tuples(st.just("backfill"), st.just(DAY), st.just(())),
    st.tuples(st.just("refetch"), DAYS, st.sampled_from([(handle,) for handle in HANDLES])),
    st.tuples(st.just("report"), DAYS, st.just(())),
    st.tuples(st.just("forget"), DAYS, st.sampled_from([(handle,) for handle in HANDLES])),
)
# Which command goes on, by how many requests (60 are most of a command), and whether it dies at the last of them.
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from([1, 2, 3, 5, 8, 13, 60]),
        st.sampled_from([False] * 19 + [True]),
    ),
    min_size=6,
    max_size=24,
)
environment_of_x: dict[str, str] = {}


def publish(lake: Lake, day: date) -> str:
    """Stand in for the pages, which are made from what is checked here."""
    lake.put(keys.report(day), b"a page")
    return keys.report(day)


class TwoCommandsAtOnce(RuleBasedStateMachine):
    """A small lake, and what has been forgotten in it."""

    @initialize(stored=st.booleans())
    def begin(self, stored: bool) -> None:
        """Begin with an empty lake, or with both days in it."""
        self.bucket = MemoryS3()
        self.lake = Lake("s3://memory/lake")
        self.forgotten: set[str] = set()
        self.stats = RequestStats(environment_of_x["X_API_URL"])
        self.before = self.stats.counts()
        if stored:
            with one_request_at_a_time(self.bucket):
                self._work("backfill", DAY, ())()

    def _work(self, name: str, day: date, accounts: tuple[str, ...]) -> Callable[[], object]:
        """Return what a command does."""
        lake = Lake("s3://memory/lake")
        assert CONFIG is not None
        config = CONFIG

        def run(wanted: date, *, refetch: bool = False) -> None:
            x = XApi(environment_of_x["X_BEARER_TOKEN"], environment_of_x["X_API_URL"])
            run_stages(
                lake,
                x,
                config,
                wanted,
                publish,
                sample=True,
                only=accounts,
                refetch=refetch,
                progress=DayProgress(),
            )

        def forget(post_id: str) -> None:
            removed = forget_everywhere(lake, [post_id], "asked for")
            for each in removed.record.days:
                if find_plan(lake, each):
                    report(lake, each, publish)
            finish(lake, removed.record)

        if name == "forget":
            posts = find_frame(lake, keys.posts(day, accounts[0]), POSTS)
            if posts is None or posts.is_empty():
                return lambda: None
            self.forgotten.add(posts["post_id"][0])
            return lambda: forget(posts["post_id"][0])

        def backfill() -> None:
            run(EVE)
            run(DAY)

        if name == "backfill":
            return backfill
        if name == "report":
            return lambda: report(lake, day, publish) if find_plan(lake, day) else None
        return lambda: run(day, refetch=name == "refetch")

    @rule(one=COMMANDS, two=COMMANDS, steps=STEPS)
    def run_two(
        self,
        one: tuple[str, date, tuple[str, ...]],
        two: tuple[str, date, tuple[str, ...]],
        steps: list[tuple[int, int, bool]],
    ) -> None:
        """Start two commands, let them go on as told, and then to their ends."""
        with one_request_at_a_time(self.bucket):
            works = [self._work(*one), self._work(*two)]
            commands = [Command(work) for work in works]
            for command in commands:
                command.start()
            for which, requests, dies in steps:
                commands[which].go_on(requests, dies=dies)
            for command in commands:
                while not command.done:
                    command.go_on(50, dies=False)
            for command, said in zip(commands, (one, two), strict=True):
                # An expected failure is one line; a process that was killed says nothing.
                if not isinstance(command.error, AviaryError | Killed | None):
                    raise AssertionError(said) from command.error
            points_at_nothing_missing(self.lake)
            self._pays_no_more_than_it_says()
            if not any(command.error for command in commands):
                self._holds_all_promises()
                self._shows_what_is_stored()
            self._recovers(works, commands)

    def _pays_no_more_than_it_says(self) -> None:
        served = self.stats.counts()
        said = spent(read_month(self.lake, "2026-11")).posts
        assert said >= served["posts"] + served["included"] - self.before["posts"] - self.before["included"]

    def _shows_what_is_stored(self) -> None:
        """The day's figures and its one file hold what each account's day holds, whichever command wrote them last."""
        for day in (EVE, DAY):
            rollup = find_frame(self.lake, keys.rollup(day), ROLLUP)
            daily = find_frame(self.lake, keys.posts_daily(day), POSTS_DAILY)
            if rollup is None or daily is None:
                continue
            outcomes = find_outcomes(self.lake, day)
            assert dict(rollup.select("account", "kept").iter_rows()) == {
                account: outcome.counts.kept for account, outcome in outcomes.items()
            }
            assert daily.height == sum(outcome.counts.kept for outcome in outcomes.values())

    def _recovers(self, works: list[Callable[[], object]], commands: list[Command]) -> None:
        """What was killed is run again, as its user would; then nothing is left to finish."""
        for work, command in zip(works, commands, strict=True):
            if command.error is not None:
                try:
                    work()
                except AviaryError as error:
                    assert str(error).isprintable()
        for day in (EVE, DAY):
            if find_plan(self.lake, day) and find_outcomes(self.lake, day):
                report(self.lake, day, publish)
        self._holds_all_promises()

    def _holds_all_promises(self) -> None:
        points_at_nothing_missing(self.lake)
        counted: Counter[str] = Counter()
        for day in (EVE, DAY):
            for handle in HANDLES:
                outcome = find_outcome(self.lake, day, handle)
                if outcome is None or not outcome.status.has_posts:
                    continue
                posts = find_frame(self.lake, keys.posts(day, handle), POSTS)
                assert posts is not None
                assert adds_up(outcome)
                assert posts.height == outcome.counts.kept
                counted.update(posts["post_id"])
        assert not [post_id for post_id, count in counted.items() if count > 1]
        assert not self.forgotten & set(counted)
        for key in self.lake.keys(""):
            assert find_kind(key), key
            if not key.startswith(
                ("forgotten/", "reports/")
            ):  # the records themselves, and the stand-in for pages
                text = readable(key, self.lake.get(key))
                assert not [post_id for post_id in self.forgotten if post_id in text], key


def test_any_two_commands_at_once_hold_all_promises(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(environment_of_x, "X_API_URL", environment["X_API_URL"])
    monkeypatch.setitem(environment_of_x, "X_BEARER_TOKEN", environment["X_BEARER_TOKEN"])
    examples = int(os.environ.get("AVIARY_STATE_EXAMPLES", "40"))
    run_state_machine_as_test(
        TwoCommandsAtOnce,
        settings=settings(
            max_examples=examples,
            stateful_step_count=4,
            deadline=None,
            print_blob=True,
            derandomize="AVIARY_STATE_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
