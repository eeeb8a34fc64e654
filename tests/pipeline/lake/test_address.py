"""Any address of a lake works with every reader, or is refused with the reason when it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.lake.address import parse_address


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("s3://lake", ""),
        ("s3://lake/", ""),
        ("s3://lake/a/b", "a/b/"),
        ("s3://lake/a/b/", "a/b/"),
        ("s3://lake/account=x", "account=x/"),
        ("s3://lake/day=all", "day=all/"),
        ("s3://lake/my lake & ä", "my lake & ä/"),
        ("s3://lake/50%20off", "50%20off/"),
    ],
)
def test_a_prefix_is_taken_as_it_is_written(url: str, prefix: str) -> None:
    assert parse_address(url) == ("lake", prefix)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("lake", "is not an S3 address; write it like s3://bucket/prefix"),
        ("S3://lake", "is not an S3 address"),
        ("s3:/lake", "is not an S3 address"),
        ("https://lake.s3.amazonaws.com", "is not an S3 address"),
        ("s3:///a", "is not an S3 address"),
        ("s3://la ke/a", "is not an S3 address"),
        ("s3://lake/[1]", "its prefix holds '[', which some readers of S3 take for a pattern"),
        ("s3://lake/a?b", "its prefix holds '?'"),
        ("s3://lake/*", "its prefix holds '*'"),
        (r"s3://lake/a\b", "which some readers of S3 take for a pattern"),
        ("s3://lake//a", "has an empty part, a '.' or a '..'"),
        ("s3://lake/a//b", "has an empty part, a '.' or a '..'"),
        ("s3://lake/a/../b", "has an empty part, a '.' or a '..'"),
        ("s3://lake/./a", "has an empty part, a '.' or a '..'"),
        ("s3://lake/a\nb", "holds characters that cannot be seen"),
        ("s3://lake/a\u202eb", "holds characters that cannot be seen"),
        ("s3://lake/" + "ä" * 251, "is longer than 500 bytes"),
    ],
)
def test_what_some_reader_would_not_find_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(url)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_one_line(text: str) -> None:
    try:
        bucket, prefix = parse_address(f"s3://{text}")
    except ConfigError as error:
        assert str(error).isprintable()
    else:
        assert f"s3://{bucket}/{prefix}".rstrip("/") == f"s3://{text}".rstrip("/")
        assert not prefix or prefix.endswith("/")
