"""X's API v2: the only package that talks to X."""

from pipeline.x_api.client import PAGE_MAX, PAGE_MIN, RETWEET_ORIGINALS, USERS_PER_LOOKUP, Profile, XApi
from pipeline.x_api.problems import PROTECTED, Refusal

__all__ = [
    "PAGE_MAX",
    "PAGE_MIN",
    "PROTECTED",
    "RETWEET_ORIGINALS",
    "USERS_PER_LOOKUP",
    "Profile",
    "Refusal",
    "XApi",
]
