"""Which requests a fault rule hits, and how often."""

from tests.pipeline.sandbox.faults.misbehaving import (
    BY_FIVE,
    HANDLE,
    ask,
    hits,
    ids,
    misbehaving,
    rule,
    untouched,
)


def test_a_rule_hits_only_its_account_and_only_so_many_requests_after_those_that_pass() -> None:
    with misbehaving(rule("503", handle="StadiumFC", after=1, times=2)) as x:
        assert [ask(x).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
        assert ask(x, handle="citymetro").status_code == 200
        assert hits(x) == [2]


def test_a_rule_without_times_hits_every_request_and_a_star_every_account() -> None:
    with misbehaving(rule("500", handle="*")) as x:
        assert [ask(x, handle).status_code for handle in (HANDLE, "citymetro", HANDLE)] == [500] * 3


def test_rules_that_replace_a_response_take_turns_and_those_that_alter_it_act_beside_them() -> None:
    with misbehaving(rule("503", times=1), rule("out_of_order"), rule("500", times=1)) as x:
        answers = [ask(x, **BY_FIVE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [503, 500, 200]
        assert hits(x) == [1, 1, 1]
        assert ids(answers[2].json()) != ids(untouched(x)[0])


def test_a_look_up_is_hit_when_the_handle_is_among_those_looked_up() -> None:
    with misbehaving(rule("503", endpoint="users_by", times=1), rule("402", "*", endpoint="usage")) as x:
        assert x.answer("/2/users/by", usernames="citymetro").status_code == 200
        assert x.answer("/2/users/by", usernames="citymetro,STADIUMFC").status_code == 503
        assert x.answer("/2/users/by", usernames="stadiumfc").status_code == 200
        assert x.answer("/2/usage/tweets").status_code == 402


def test_a_request_that_a_fault_answers_counts_in_the_stats_and_in_the_window() -> None:
    with misbehaving(rule("503", times=2), rate_limit=3) as x:
        answers = [ask(x) for _ in range(4)]
        counters = x.answer("/sandbox/served").json()
    assert [answer.status_code for answer in answers] == [503, 503, 200, 429]
    assert counters["accounts"][HANDLE]["requests"] == counters["endpoints"]["timeline"]["requests"] == 4
    assert counters["statuses"] == {"200": 5, "503": 2, "429": 1}
