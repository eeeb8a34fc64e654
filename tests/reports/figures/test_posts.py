"""The day's own posts."""

from reports.figures.posts import rank_posts
from tests.reports.rows import SUNDAY, posts, rollups, row


def test_retweets_are_not_the_accounts_posts() -> None:
    made = posts({"post_id": "1", "engagement": 5}, {"post_id": "2", "kind": "retweet", "engagement": None})
    assert rank_posts(made, rollups(row(0)), SUNDAY)["post_id"].to_list() == ["1"]
