"""A post is named by its id or by its link, in every form that people copy; a group by a safe name of its own."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ids import GROUP, group_name, post_id_in
from pipeline.lake import catalogue, keys

IDS = st.integers(1, 10**19 - 1).map(str)


@given(
    IDS,
    st.sampled_from(["", "http://", "https://", "HTTPS://"]),
    st.sampled_from(["", "www.", "mobile.", "m."]),
    st.sampled_from(["x.com", "twitter.com", "Twitter.com"]),
    st.sampled_from(
        ["i/web/status", "i/status", "nasa/status", "NASA_1/statuses", "statuses", "#!/jack/status"]
    ),
    st.sampled_from(["", "/", "?s=20", "?s=20&t=Ab-c", "/photo/1", "/video/1?s=46", "#m", "/analytics/"]),
)
def test_every_form_of_a_link_names_the_post(
    post_id: str, scheme: str, host: str, site: str, path: str, rest: str
) -> None:
    assert post_id_in(f"{scheme}{host}{site}/{path}/{post_id}{rest}") == post_id
    assert post_id_in(f" {scheme}{host}{site}/{path}/{post_id}{rest}\n") == post_id


@given(IDS)
def test_an_id_of_one_to_nineteen_digits_names_the_post(post_id: str) -> None:
    assert post_id_in(post_id) == post_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "020",
        "-20",
        "20.0",
        "٢٠",
        "20 21",
        "12345678901234567890",
        "nasa",
        "https://x.com/nasa",
        "https://x.com/nasa/status/",
        "https://x.com/nasa/status/0",
        "https://x.com/nasa/status/20a",
        "https://x.com/nasa/status/12345678901234567890",
        "https://x.com/i/lists/20",
        "https://x.com/i/spaces/20",
        "https://example.com/nasa/status/20",
        "https://example.com/?u=https://x.com/nasa/status/20",
        "https://notx.com/nasa/status/20",
        "ftp://x.com/nasa/status/20",
    ],
)
def test_anything_else_names_none(text: str) -> None:
    assert post_id_in(text) is None


@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=300))
def test_a_groups_name_is_safe_in_keys_and_its_own(one: str, other: str) -> None:
    assert re.fullmatch(GROUP, group_name(one), re.ASCII)
    assert (group_name(one) == group_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("space", "space"),
        ("eu-banks-2", "eu-banks-2"),
        ("a" * 40, "a" * 40),
        ("a" * 41, "a" * 31 + "_"),
        ("News", "news_"),
        ("Sport & more", "sport-more_"),
        ("../../x", "x_"),
        ("🐦", "_"),
        ("", "_"),
    ],
)
def test_a_group_is_named_by_itself_or_by_its_cleaned_start_and_a_hash(group: str, name: str) -> None:
    found = group_name(group)
    assert (found == name) if not name.endswith("_") else (found[:-8] == name and len(found) <= 40)
    key = keys.group_report(date(2026, 11, 22), group)
    assert catalogue.find_kind(key) is catalogue.GROUP_REPORT
