"""X's limits for the endpoints that Aviary uses (docs.x.com, spec 2.167). Pure."""

from typing import Final

PAGE_MIN: Final = 5  # posts a timeline request may ask for
PAGE_MAX: Final = 100
USERS_PER_LOOKUP: Final = 100  # handles
POSTS_PER_LOOKUP: Final = 100  # ids
DEPTH: Final = 3200  # an account's newest posts, which are all that its timeline shows
DEPTH_WITHOUT_REPLIES: Final = 800  # the same when replies are excluded
