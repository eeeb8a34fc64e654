"""A post is named by its id or by its link, in every form in which people copy it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ids import post_id_in

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
