"""X's names of parameters, fields and expansions, in the old spelling and the new (spec 2.167)."""

from collections.abc import Mapping


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


POST_FIELDS = _names(
    "article attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang "
    "media_metadata non_public_metrics note_tweet organic_metrics paid_partnership possibly_sensitive "
    "promoted_metrics public_metrics referenced_tweets reply_settings scopes source text withheld"
)
USER_FIELDS = _names(
    "affiliation connection_status created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected "
    "public_metrics receives_your_dm subscription_type url username verified verified_followers_count "
    "verified_type withheld"
)
MEDIA_FIELDS = _names(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url "
    "promoted_metrics public_metrics type url variants width"
)
POLL_FIELDS = _names("duration_minutes end_datetime id options voting_status")
PLACE_FIELDS = _names("contained_within country country_code full_name geo id name place_type")
USAGE_FIELDS = _names(
    "cap_reset_day daily_client_app_usage daily_project_usage project_cap project_id project_usage"
)
TIMELINE_EXPANSIONS = _names(
    "attachments.media_keys attachments.media_source_tweet attachments.poll_ids author_id "
    "edit_history_tweet_ids entities.mentions.username geo.place_id in_reply_to_user_id "
    "referenced_tweets.id referenced_tweets.id.author_id"
)
USERS_EXPANSIONS = _names("affiliation.id most_recent_tweet_id pinned_tweet_id")
TIMELINE_PARAMETERS = _names(
    "id max_results pagination_token start_time end_time since_id until_id exclude tweet.fields post.fields "
    "expansions user.fields media.fields poll.fields place.fields"
)
LOOKUP_PARAMETERS = _names(
    "ids tweet.fields post.fields expansions user.fields media.fields poll.fields place.fields"
)
USERS_PARAMETERS = _names("usernames user.fields expansions tweet.fields post.fields")
USAGE_PARAMETERS = _names("days usage.fields")
COUNTS_PARAMETERS = _names("query granularity start_time end_time since_id until_id")

NEW_SPELLING: Mapping[str, str] = {
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets.id": "referenced_posts.id",
    "referenced_tweets.id.author_id": "referenced_posts.id.author_id",
    "most_recent_tweet_id": "most_recent_post_id",
    "pinned_tweet_id": "pinned_post_id",
}
OLD_SPELLING: Mapping[str, str] = {new: old for old, new in NEW_SPELLING.items()}
# The new spec writes the expansion without `.id`; the form of the old spelling, with `.id`, is accepted too.
BARE_EXPANSION = "referenced_posts"
